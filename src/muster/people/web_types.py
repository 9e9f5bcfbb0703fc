"""The request as views see it; the packages below people take it from the toolkit."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from muster.toolkit.requests import ActorRequest

__all__ = ["ActorRequest", "posted", "sign_in_first"]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST too is an answer, and a form that is only looked at has none."""
    return request.POST if request.method == "POST" else None


def sign_in_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that a message links to: whoever has not signed in does so and comes back, whatever is behind the address."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.actor.account_id and request.method in ("GET", "HEAD"):
            where = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('people:sign-in')}?{where}")
        return view(request, *args, **kwargs)

    return guarded
