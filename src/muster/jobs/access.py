"""The door of long work: who began it, and the system administrator of its place."""

from django.http import Http404

from muster.jobs.models import Run
from muster.toolkit.actor import Actor

ADMINISTRATOR = "system_administrator"


def get_run(actor: Actor, code: str) -> Run:
    """The run with this code; 404 for everybody else's."""
    run = Run.objects.filter(code=code).first()
    if run is None or not _may_see(actor, run):
        raise Http404
    return run


def _may_see(actor: Actor, run: Run) -> bool:
    if actor.account_id is None:
        return False
    return run.owner_account_id == actor.account_id or actor.has(
        ADMINISTRATOR, division_code=run.division_code
    )
