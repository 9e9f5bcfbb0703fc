"""The trail as an auditor reads it: who did what to which object, never to which person by name."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from muster.audit import queries
from muster.audit.actions import heads
from muster.audit.forms import TrailFilter
from muster.audit.rules import words
from muster.toolkit import pages, paging
from muster.toolkit.requests import ActorRequest, sign_in_first


@require_GET
@sign_in_first
def trail(request: ActorRequest) -> HttpResponse:
    """The entries in the auditor's places, the newest first, narrowed by deed, object or actor."""
    if not request.actor.has(queries.AUDITOR):
        raise Http404
    form = TrailFilter(request.GET)
    entries = queries.entries_for_auditor(request.actor)
    if form.is_valid():
        entries = queries.narrowed(entries, **form.cleaned_data)
    page = paging.page_after(entries, key=("-id",), after=request.GET.get("after", ""))
    lines = [
        {
            "entry": entry,
            "deed": words.deed(entry.verb),
            "thing": words.thing(entry.object_kind),
            "facts": words.facts(entry.detail),
        }
        for entry in page.rows
    ]
    return pages.page(
        request,
        "audit/desk/trail.html",
        {
            "lines": lines,
            "page": page,
            "form": form,
            "seal": queries.last_seal(),
            "gone": heads.lately_missing(),
        },
    )
