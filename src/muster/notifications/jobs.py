from collections.abc import Sequence

from muster.jobs.queue import periodic, task
from muster.notifications.actions import sending


@task(sending.JOB)
def send_messages(ids: Sequence[int]) -> None:
    """Sends those that still wait; run twice, it sends nothing twice."""
    sending.send(ids)


@periodic("notifications.sweep", "* * * * * */30")
def sweep() -> None:
    sending.sweep()
