"""The wall board of a place."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from muster.oversight import access
from muster.oversight.queries.board import board_of
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit.pages import is_fragment, live, page


@require_safe
@sign_in_first
def place(request: ActorRequest, division_code: int) -> HttpResponse:
    """The whole wall, and its parts for the page that polls them."""
    board = board_of(access.get_place(request.actor, division_code), timezone.now())
    if is_fragment(request):
        return live(
            request, "oversight/board/place.html#parts", lambda: {"board": board}, version=board.version()
        )
    return page(request, "oversight/board/place.html", {"board": board})
