"""Posting messages: written once per send key, sent by jobs, called back and sent anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.jobs import queue
from muster.notifications.enums import Channel, MessageState, OptionalTopic
from muster.notifications.models import Message, Preference
from muster.notifications.rules import is_made_up
from muster.toolkit import bulk
from muster.toolkit.actor import Actor
from muster.toolkit.codes import new_code
from muster.toolkit.refusal import Refused

PER_JOB = 500
BATCH = 2000
# A code of 8 letters may, once in ages, be taken; then the message is written again with another one.
TRIES = 3
COLUMNS = (
    *("code", "send_key", "topic", "subject_kind", "subject_code", "person_id", "division_code", "channel"),
    *("address", "title", "body", "state", "attempts", "error", "is_drill", "is_synthetic"),
    *("created_at", "next_try_at"),
)
LOCAL = (Channel.CONSOLE, Channel.FILE)


@dataclass(frozen=True)
class Draft:
    """One message to one recipient. `send_key` says which telling it is: the same key is never sent twice.

    `channel` None leaves the choice to the person's preference and the settings. `is_synthetic` says that the recipient
    was made up for a demo or a drill: such a message never reaches a real provider.
    """

    send_key: str
    topic: str
    person_id: int | None
    address: str
    body: str
    title: str = ""
    channel: str | None = None
    subject_kind: str = ""
    subject_code: str = ""
    division_code: int | None = None
    is_drill: bool = False
    is_synthetic: bool = False


def post(drafts: Sequence[Draft], *, at: datetime | None = None, urgent: bool = False) -> int:
    """Write the messages and have them sent after this transaction. Returns how many are new.

    A draft whose send key was posted before is passed over, so calling twice tells nobody twice. `urgent` goes before all
    others, for what somebody waits for on a screen.
    """
    at = at or timezone.now()
    with transaction.atomic():
        ids = _write({draft.send_key: draft for draft in drafts}, at)
        chunks = [{"ids": ids[start : start + PER_JOB]} for start in range(0, len(ids), PER_JOB)]
        queue.enqueue_many("notifications.send_messages", chunks, priority=queue.URGENT if urgent else None)
    return len(ids)


def cancel(
    subject_kind: str, subject_code: str, *, topic: str | None = None, at: datetime | None = None
) -> int:
    """Call back what is not out yet about a subject. Returns how many; what is being sent goes out."""
    messages = Message.objects.filter(
        subject_kind=subject_kind, subject_code=subject_code, state=MessageState.QUEUED
    )
    if topic is not None:
        messages = messages.filter(topic=topic)
    return messages.update(state=MessageState.CANCELED)


def resend(message: Message, *, actor: Actor, at: datetime | None = None) -> None:
    """Try a failed message again from the first attempt; refuses `not_failed` for any other, so two clicks send one."""
    at = at or timezone.now()
    with transaction.atomic():
        if not Message.objects.filter(pk=message.pk, state=MessageState.FAILED).update(
            state=MessageState.QUEUED, attempts=0, error="", next_try_at=at, claimed_at=None
        ):
            raise Refused(
                "not_failed", _("This message is not among the failed ones any more. Reload the list.")
            )
        trail.record(
            "notifications.message.resent",
            actor=actor,
            obj_kind="message",
            obj_code=message.code,
            division_code=message.division_code,
            at=at,
            detail={"topic": message.topic, "channel": message.channel},
            is_drill=message.is_drill,
        )
        queue.enqueue("notifications.send_messages", ids=[message.pk])


def prefer(person_id: int, channel: str, *, topic: str = "") -> None:
    """Which channel a person wants for a topic, or with "" for all others. Without a channel the choice is ours again."""
    if not channel:
        Preference.objects.filter(person_id=person_id, topic=topic).delete()
        return
    Preference.objects.update_or_create(
        person_id=person_id, topic=topic, defaults={"channel": Channel(channel).value}
    )


def do_without(person_id: int, topics: Collection[str]) -> None:
    """A person hears nothing more of these topics, and of the other optional ones again."""
    wanted = [OptionalTopic(topic).value for topic in topics]
    with transaction.atomic():
        Preference.objects.filter(person_id=person_id, channel="").exclude(topic__in=wanted).delete()
        for topic in wanted:
            Preference.objects.update_or_create(person_id=person_id, topic=topic, defaults={"channel": ""})


def forget_preferences(person_id: int) -> None:
    """Nothing is left of how a person wanted to be reached."""
    Preference.objects.filter(person_id=person_id).delete()


def _write(drafts: dict[str, Draft], at: datetime) -> list[int]:
    """The ids of the rows that are new: those with a key and a code of ours. A row that was there has another code."""
    ids: list[int] = []
    said = _said(drafts.values())
    drafts = {
        key: draft
        for key, draft in drafts.items()
        if draft.channel is not None or said.get((draft.person_id, draft.topic)) != ""
    }
    missing = dict(drafts)
    for _attempt in range(TRIES):
        if not missing:
            break
        rows = [_row(draft, _preferred(draft, said), at) for draft in missing.values()]
        for first in range(0, len(rows), BATCH):
            ids += bulk.insert(Message, COLUMNS, rows[first : first + BATCH], ignore_conflicts=True)
        if len(ids) == len(drafts):
            return ids
        known = set(Message.objects.filter(send_key__in=list(missing)).values_list("send_key", flat=True))
        missing = {key: draft for key, draft in missing.items() if key not in known}
    if missing:
        raise RuntimeError(f"{len(missing)} messages found no free code")
    return ids


def _said(drafts: Iterable[Draft]) -> dict[tuple[int | None, str], str]:
    """(person, topic) -> channel, or "" for not at all, of everybody who said something."""
    people = {draft.person_id for draft in drafts if draft.channel is None and draft.person_id}
    return {
        (person_id, topic): channel
        for person_id, topic, channel in Preference.objects.filter(person_id__in=people).values_list(
            "person_id", "topic", "channel"
        )
    }


def _preferred(draft: Draft, said: dict[tuple[int | None, str], str]) -> str | None:
    """The channel that the person wants; the word for the topic goes before the general one."""
    return said.get((draft.person_id, draft.topic)) or said.get((draft.person_id, ""))


def _row(draft: Draft, preferred: str | None, at: datetime) -> tuple[object, ...]:
    """The values of `COLUMNS`."""
    channel = Channel(draft.channel or preferred or settings.MESSAGE_CHANNEL)
    made_up = draft.is_drill or draft.is_synthetic or is_made_up(draft.address)
    return (
        new_code(),
        draft.send_key,
        draft.topic,
        draft.subject_kind,
        draft.subject_code,
        draft.person_id,
        draft.division_code,
        # What is made up goes to the file whatever anybody prefers; the channels check once more.
        channel.value if channel in LOCAL or not made_up else Channel.FILE.value,
        draft.address,
        draft.title,
        draft.body,
        MessageState.QUEUED.value,
        0,
        "",
        draft.is_drill,
        draft.is_synthetic,
        at,
        # A drill plays a later day; its letters leave now all the same.
        min(at, timezone.now()),
    )
