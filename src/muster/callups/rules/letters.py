"""What people are told, in a few words that fit a text message. Plain values in, sentences out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from muster.toolkit import clock


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of one message."""

    title: str
    body: str


@dataclass(frozen=True)
class Errand:
    """Where and when: what every message about a seat has to say. Put into words once, however many people hear it."""

    community: str
    place: str
    task: str
    muster_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_drill: bool = False

    @cached_property
    def hours(self) -> str:
        """Tomorrow 06:00–12:00 needs the day of its own: a message may be read on the next day."""
        return f"{clock.date_words(self.starts_at)} {clock.span(self.starts_at, self.ends_at)}"


def worded(errand: Errand, title: str, body: str) -> Words:
    """The message, marked where it is of a drill."""
    if errand.is_drill:
        return Words(_("[Drill] %(title)s") % {"title": title}, _("[Drill] %(body)s") % {"body": body})
    return Words(title, body)


def ask(errand: Errand, reply_by: datetime, link: str) -> Words:
    """Can you come?"""
    body = _(
        "%(community)s needs your help: %(hours)s, %(place)s, %(task)s. Can you come? Answer by %(reply)s: %(link)s"
    )
    return question(errand, body, reply=clock.face(reply_by), link=link)


def question(errand: Errand, body: str, **more: str) -> Words:
    """A community asks for help: `body` may name community, hours, place and task, and whatever `more` holds."""
    facts = {
        "community": errand.community,
        "hours": errand.hours,
        "place": errand.place,
        "task": errand.task,
        **more,
    }
    return worded(
        errand, _("%(community)s asks for your help") % {"community": errand.community}, body % facts
    )


def remind_answer(errand: Errand, reply_by: datetime, link: str) -> Words:
    """Once, shortly before the time to answer is over."""
    body = _(
        "%(community)s waits for your word: %(hours)s, %(place)s. A no helps as well. Until %(reply)s: %(link)s"
    )
    return worded(
        errand,
        _("Can you come?"),
        body
        % {
            "community": errand.community,
            "hours": errand.hours,
            "place": errand.place,
            "reply": clock.face(reply_by),
            "link": link,
        },
    )


def remind_muster(errand: Errand, bring: str, link: str) -> Words:
    """Once, before people set out."""
    body = _(
        "See you at %(muster)s, %(place)s (%(hours)s). Bring: %(bring)s. Cannot come any more? Say so here: %(link)s"
    )
    return worded(
        errand,
        _("Muster at %(muster)s") % {"muster": clock.face(errand.muster_at)},
        body
        % {
            "muster": clock.face(errand.muster_at),
            "place": errand.place,
            "hours": errand.hours,
            "bring": bring or _("yourself"),
            "link": link,
        },
    )


def promoted(errand: Errand, link: str) -> Words:
    """From the waiting list into a seat."""
    body = _(
        "A seat is free and it is yours: %(hours)s, %(place)s, muster at %(muster)s. Cannot come any more? %(link)s"
    )
    return worded(
        errand,
        _("You have a seat now"),
        body
        % {
            "hours": errand.hours,
            "place": errand.place,
            "muster": clock.face(errand.muster_at),
            "link": link,
        },
    )


def thanked(errand: Errand) -> Words:
    """All seats are filled: nothing to do, and a thank you."""
    body = _(
        "Enough neighbors have said yes for %(place)s, %(hours)s. You need not answer any more; thank you."
    )
    return worded(
        errand,
        _("Enough people are coming, thank you"),
        body % {"place": errand.place, "hours": errand.hours},
    )


def stood_down(errand: Errand, reason: str) -> Words:
    """Nobody has to come."""
    body = _(
        "You need not come: %(community)s stood down %(place)s, %(hours)s. %(reason)s Thank you for being ready."
    )
    return worded(
        errand,
        _("Stood down, thank you"),
        body
        % {
            "community": errand.community,
            "place": errand.place,
            "hours": errand.hours,
            "reason": reason,
        },
    )


def ordered(errand: Errand, link: str) -> Words:
    """An order to the regular force or to staff on duty; never to a volunteer."""
    body = _(
        "Duty at %(place)s, %(hours)s, muster at %(muster)s: %(task)s. All about it, and why you: %(link)s"
    )
    return worded(
        errand,
        _("Duty at %(muster)s") % {"muster": clock.face(errand.muster_at)},
        body
        % {
            "place": errand.place,
            "hours": errand.hours,
            "muster": clock.face(errand.muster_at),
            "task": errand.task,
            "link": link,
        },
    )


def moved(errand: Errand, reply_by: datetime, link: str) -> Words:
    """Asked for one place, and needed more at another before there was an answer."""
    body = _(
        "You are needed at another place: %(place)s, %(hours)s, muster at %(muster)s. Can you come? Until %(reply)s: %(link)s"
    )
    return worded(
        errand,
        _("Another place: can you come?"),
        body
        % {
            "place": errand.place,
            "hours": errand.hours,
            "muster": clock.face(errand.muster_at),
            "reply": clock.face(reply_by),
            "link": link,
        },
    )


def released(errand: Errand) -> Words:
    """An order is taken back because somebody else stands there; an order to another place comes by itself."""
    body = _("You need not come to %(place)s, %(hours)s: somebody else is there. Thank you for being ready.")
    return worded(
        errand,
        _("No duty at %(muster)s") % {"muster": clock.face(errand.muster_at)},
        body % {"place": errand.place, "hours": errand.hours},
    )


def unit_called(errand: Errand, answer_by: datetime, link: str) -> Words:
    """How many can your unit send?"""
    body = _(
        "%(community)s calls your unit: %(hours)s, %(place)s. How many can you send? Answer by %(reply)s: %(link)s"
    )
    return worded(
        errand,
        _("%(community)s calls your unit") % {"community": errand.community},
        body
        % {
            "community": errand.community,
            "hours": errand.hours,
            "place": errand.place,
            "reply": clock.face(answer_by),
            "link": link,
        },
    )
