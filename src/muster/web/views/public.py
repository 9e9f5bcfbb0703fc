"""Pages for everybody: what Muster is, what it keeps about whom, how the page looks, whether the server is well."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.people.homes import home_of
from muster.people.web_types import ActorRequest
from muster.toolkit.pages import page
from muster.web import notice

YEAR = 365 * 24 * 60 * 60
# What may be chosen, and the cookie that remembers it on this device.
CHOICES = {
    "text": ("muster_text", {"normal", "large"}),
    "theme": ("muster_theme", {"light", "dark"}),
    "language": (settings.LANGUAGE_COOKIE_NAME, {code for code, _name in settings.LANGUAGES}),
}
# The figures of the picture on the front page.
EXAMPLE = {"needed": 40, "pledged": 46, "named": 43, "accepted": 38, "arrived": 29}


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """What Muster is; whoever is signed in finds the way back to their own work there."""
    work = home_of(request.actor) if request.actor.account_id else ""
    return page(request, "web/public/home.html", {"example": EXAMPLE, "work": work})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "web/public/privacy.html", {"notice": notice.current()})


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remembers a way of showing pages on this device and goes back; what is not offered is ignored."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("web:home")
    response = HttpResponseRedirect(back)
    for name, (cookie, offered) in CHOICES.items():
        chosen = request.POST.get(name, "")
        if chosen in offered:
            response.set_cookie(cookie, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503: for the load balancer and the supervisor."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "no answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})
