"""The page of one piece of long work."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from muster.jobs import access
from muster.jobs.rules import time_left
from muster.toolkit import clock, pages
from muster.toolkit.requests import ActorRequest, sign_in_first


@require_GET
@sign_in_first
def run(request: ActorRequest, code: str) -> HttpResponse:
    """How far it is; the page asks every second, and the answer is 304 while nothing has moved."""
    found = access.get_run(request.actor, code)
    left = time_left(found.started_at, found.done, found.expected)
    context = {"run": found, "left": clock.length(left) if left else ""}
    if pages.is_fragment(request) or "live" in request.GET:
        version = f"{found.state}-{found.done}-{found.expected}-{found.message}"
        return pages.live(request, "jobs/desk/run.html#progress", lambda: context, version=version)
    return pages.page(request, "jobs/desk/run.html", context)
