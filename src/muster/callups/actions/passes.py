"""Making and taking back the addresses of calendars and wall displays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language

from muster.audit.actions import trail
from muster.callups.actions import seats
from muster.callups.enums import PassKind
from muster.callups.models import CallUp, Post, ViewPass
from muster.people.models import Person
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor

MY_CALENDAR_LASTS = timedelta(days=366)
# What was stood down or moved is read once more after the end.
AFTER_THE_END = timedelta(days=7)
LANGUAGE_LENGTH = 10


def my_calendar(person: Person, *, actor: Actor, at: datetime | None = None) -> ViewPass:
    """A new address for the calendar of this person; the one before stops at once, so that one who lost it is safe."""
    at = at or server_clock.now()
    with transaction.atomic():
        seats.lock_person(person.pk)
        ViewPass.objects.filter(person=person, revoked_at=None).update(revoked_at=at)
        return _make(PassKind.MY_CALENDAR, actor, at, at + MY_CALENDAR_LASTS, person=person)


def call_up_calendar(call_up: CallUp, *, actor: Actor, at: datetime | None = None) -> ViewPass:
    """An address for the shifts of this call-up, without people; until a week after its end."""
    at = at or server_clock.now()
    ends_at = max(call_up.ends_at, at) + AFTER_THE_END
    with transaction.atomic():
        return _make(PassKind.CALL_UP_CALENDAR, actor, at, ends_at, call_up=call_up)


def wall(post: Post, *, hours: int, actor: Actor, at: datetime | None = None) -> ViewPass:
    """An address for the display on the wall of this post, for so many hours."""
    at = at or server_clock.now()
    with transaction.atomic():
        return _make(PassKind.WALL, actor, at, at + timedelta(hours=hours), post=post)


def take_back(view_pass: ViewPass, *, actor: Actor, at: datetime | None = None) -> None:
    """The address opens nothing any more. Twice is as good as once."""
    at = at or server_clock.now()
    with transaction.atomic():
        if ViewPass.objects.filter(pk=view_pass.pk, revoked_at=None).update(revoked_at=at):
            _note("callups.pass.taken_back", view_pass, actor, at)


def _make(
    kind: PassKind,
    actor: Actor,
    at: datetime,
    expires_at: datetime,
    **subject: Person | CallUp | Post,
) -> ViewPass:
    view_pass = ViewPass.objects.create(
        kind=kind,
        language=(get_language() or "")[:LANGUAGE_LENGTH],
        made_by_label=actor.label[:120],
        made_at=at,
        expires_at=expires_at,
        **subject,
    )
    _note("callups.pass.made", view_pass, actor, at)
    return view_pass


def _note(verb: str, view_pass: ViewPass, actor: Actor, at: datetime) -> None:
    shown = view_pass.post or view_pass.call_up or view_pass.person
    call_up = view_pass.post.call_up if view_pass.post else view_pass.call_up
    trail.record(
        verb,
        actor=actor,
        obj_kind="view_pass",
        obj_code=view_pass.code,
        division_code=shown.division_code if shown else None,
        at=at,
        detail={"kind": str(view_pass.kind)},
        is_drill=bool(call_up and call_up.is_drill),
    )
