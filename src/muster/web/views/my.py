"""The phone's first page: one's own."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.people import access
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit.pages import page
from muster.web.queries.mine import mine


@never_cache
@require_safe
@sign_in_first
def home(request: ActorRequest) -> HttpResponse:
    """The person's own page: next shift, questions, hours."""
    person = access.get_myself(request.actor)
    return page(request, "web/my/home.html", {"mine": mine(person, timezone.now()), "person": person})
