"""What the person gave, line by line, each with its evidence (Order 67 art. 12)."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.people.access import get_myself
from muster.people.web_types import ActorRequest, sign_in_first
from muster.records.queries.hours import lines_of, records_of, totals_of
from muster.toolkit.pages import page


@never_cache
@require_safe
@sign_in_first
def index(request: ActorRequest) -> HttpResponse:
    """The own records and nobody else's."""
    person = get_myself(request.actor)
    rows = records_of(person, request.GET.get("after", ""))
    context = {"totals": totals_of(person), "rows": rows, "lines": lines_of(rows.rows)}
    return page(request, "records/my/list.html", context)
