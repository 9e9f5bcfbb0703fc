"""Pages for everybody: what Muster is, what it keeps about whom, how the page looks, whether the server is well."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.people.actions.looks import choose
from muster.people.models import Account
from muster.people.web_types import ActorRequest
from muster.toolkit import looks
from muster.toolkit.pages import page
from muster.web import notice

# The figures of the picture on the front page.
EXAMPLE = {"needed": 40, "pledged": 46, "named": 43, "accepted": 38, "arrived": 29}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "web/public/home.html", {"example": EXAMPLE})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "web/public/privacy.html", {"notice": notice.current()})


@require_POST
def preferences(request: ActorRequest) -> HttpResponse:
    """Remembers a way of showing pages, on this device and with the account, and goes back; what is not offered is ignored."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("web:home")
    look = looks.offered(request.POST.dict())
    if isinstance(request.user, Account):
        choose(request.user, look, actor=request.actor)
    response = HttpResponseRedirect(back)
    looks.remember(response, request, look)
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
