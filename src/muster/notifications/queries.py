"""What became of messages."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from muster.notifications.enums import MessageState
from muster.notifications.models import Message

# How far back "last told" looks: the newest messages to one person.
LATELY = 50


def delivery_counts(subject_kind: str, subject_code: str) -> Mapping[str, int]:
    """How many messages about a subject are in each state; every state is there, with 0 where none is."""
    found = (
        Message.objects.filter(subject_kind=subject_kind, subject_code=subject_code)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return {state: 0 for state in MessageState.values} | dict(found)


def failed_about(subject_kind: str, subject_code: str) -> int:
    """How many messages about a subject failed for good."""
    return Message.objects.filter(
        subject_kind=subject_kind, subject_code=subject_code, state=MessageState.FAILED
    ).count()


def failed(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those of the messages that failed for good."""
    return messages.filter(state=MessageState.FAILED)


def messages_to(person_id: int) -> QuerySet[Message]:
    """What was sent to a person, the newest first."""
    return Message.objects.filter(person_id=person_id).order_by("-id")


def subjects_told(person_id: int, subject_kind: str) -> list[str]:
    """The codes of what a person was last told about, of one kind, the newest first and each once."""
    told = messages_to(person_id).filter(subject_kind=subject_kind).values_list("subject_code", flat=True)
    return list(dict.fromkeys(told[:LATELY]))


def was_sent(send_key: str) -> bool:
    """True if the message with this key has left, or is at the provider at this moment."""
    left = (MessageState.SENDING, MessageState.SENT)
    return Message.objects.filter(send_key=send_key, state__in=left).exists()


def people_not_reached(subject_kind: str, subject_code: str) -> set[int]:
    """The ids of the people to whom a message about the subject failed for good."""
    lost = Message.objects.filter(
        subject_kind=subject_kind, subject_code=subject_code, state=MessageState.FAILED
    )
    return {person_id for person_id in lost.values_list("person_id", flat=True) if person_id}
