"""The request as views see it; the packages below people take it from the toolkit."""

from django.http import HttpRequest, QueryDict

from muster.toolkit.requests import ActorRequest, sign_in_first, to_the_door

__all__ = ["ActorRequest", "posted", "sign_in_first", "to_the_door"]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST too is an answer, and a form that is only looked at has none."""
    return request.POST if request.method == "POST" else None
