"""The desk's first page: today."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.people import access
from muster.people.homes import home_of
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit.pages import is_fragment, live, page
from muster.web.navigation import DESK
from muster.web.queries.today import today


@never_cache
@require_safe
@sign_in_first
def home(request: ActorRequest) -> HttpResponse:
    """Today at the desk. It renews itself; without a script it is renewed by loading it again."""
    actor = request.actor
    if not actor.has(*DESK):
        return redirect(home_of(actor))
    seen = today(actor, timezone.now())
    context = {"today": seen, "may_raise": actor.has(*access.RUNNERS)}
    if is_fragment(request):
        return live(request, "web/desk/today.html#parts", lambda: context, version=seen.version())
    return page(request, "web/desk/today.html", context)
