"""The work by the clock of packages that may not know the queue: the trail stands on the same floor as the jobs."""

from muster.audit.actions import heads, purge, seals
from muster.jobs.queue import periodic


@periodic("audit.seal", "* * * * *")
def seal() -> None:
    """One step of the sealer a minute; what is written is sealed two or three minutes later, and written down."""
    seals.seal()
    heads.write_down()


@periodic("audit.purge_expired", "40 2 * * *")
def purge_expired() -> None:
    """At night: what has reached its end is destroyed and certified."""
    purge.purge_expired()
