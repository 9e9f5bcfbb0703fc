"""The doors of messages: whoever runs the community that a message is about, and the township above it."""

from django.db.models import Q, QuerySet
from django.http import Http404

from muster.notifications.models import Message
from muster.toolkit.actor import Actor

RUNNERS = ("community_worker", "township_overseer")


def messages_visible_to(actor: Actor) -> QuerySet[Message]:
    """The messages about things in the places that the actor runs."""
    scope = Q(pk__in=[])
    for low, high in actor.ranges(*RUNNERS):
        scope |= Q(division_code__gte=low, division_code__lt=high)
    return Message.objects.filter(scope)


def get_message(actor: Actor, code: str) -> Message:
    """The message with this code, if the actor runs its place; else 404."""
    message = messages_visible_to(actor).filter(code=code).first()
    if message is None:
        raise Http404
    return message


def messages_about(actor: Actor, subject_kind: str, subject_code: str) -> QuerySet[Message]:
    """The messages about a subject; 404 where the actor reaches none."""
    found = messages_visible_to(actor).filter(subject_kind=subject_kind, subject_code=subject_code)
    if not found.exists():
        raise Http404
    return found
