"""What an answer may do: decisions on plain values, so that every state has one table and one sentence."""

from __future__ import annotations

from hashlib import sha256
from math import ceil

from django.utils.translation import gettext as _

from muster.callups.enums import OFFER_MOVES, OfferState, SeatKind
from muster.kernel.eligibility import Bar

# The person says now that they can and will; what they once wrote about their week does not speak against it.
SETTLED_BY_ANSWERING = frozenset({Bar.NOT_AVAILABLE, Bar.NOT_WILLING_IN_EMERGENCY})
# A seat lost at the last moment has nobody to replace it if nobody waits.
LEAST_WAITING = 2


def may_move(state: str, to: str) -> bool:
    """True if the table of moves lets an offer go from `state` to `to`."""
    return to in OFFER_MOVES[state]


def answerable(state: str) -> bool:
    """True while a yes can still lead to a seat or to the waiting list."""
    return may_move(state, OfferState.ACCEPTED)


def qualifies(kind: str, skill: str, *, is_backbone: bool, skills: frozenset[str]) -> bool:
    """True if a seat of this kind may be taken by somebody with these skills."""
    if kind == SeatKind.BACKBONE:
        return is_backbone
    return kind != SeatKind.SKILLED or skill in skills


def waiting_room(seats: int, share: float) -> int:
    """How many may wait for a seat: a share of the seats, two at least."""
    return max(LEAST_WAITING, ceil(seats * share))


def kept_asking(room_left: int, acceptance: float) -> int:
    """How many unanswered people it takes to fill what is left of the waiting list; the others are thanked at once."""
    return ceil(room_left / max(acceptance, 0.05)) if room_left > 0 else 0


def standing_bars(found: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """What still speaks against a person who says yes."""
    return tuple(bar for bar in found if bar not in SETTLED_BY_ANSWERING)


def risk_mark(statement: str) -> str:
    """A mark of the risk statement as it was shown: an answer that carries it was given under these words (R9.2)."""
    return sha256(statement.encode()).hexdigest()[:16]


def refusal_words(bar: Bar) -> str:
    """Why this person cannot have the seat, and what they can do."""
    words = {
        Bar.TOO_YOUNG: _("You are not old enough to serve yet. Thank you for wanting to."),
        Bar.GUARDIAN_CONSENT_MISSING: _("Your guardian has to agree first. Ask the community for the form."),
        Bar.MINOR_IN_EMERGENCY: _(
            "Only adults stand at posts in an emergency. The community has quieter work."
        ),
        Bar.MINOR_AT_NIGHT: _("Only adults are on shift at night. Ask the community for a post by day."),
        Bar.ABOVE_EMERGENCY_AGE: _(
            "You are above the age for posts in an emergency. The community can make an exception."
        ),
        Bar.SKILL_MISSING: _(
            "This seat needs a skill that is not on your record. Call the community if you have it."
        ),
        Bar.HEALTH_LIMIT: _(
            "This work does not suit what you told us about your health. We will ask for other work."
        ),
        Bar.NOT_INSURED: _("You are not insured for this post yet. Call the community before you come."),
        Bar.DOUBLE_BOOKED: _("There is another post at that time already. Give that one back first."),
        Bar.SECOND_SHIFT_THAT_DAY: _("You are on a shift that day already. One a day is enough; thank you."),
        Bar.REST_TOO_SHORT: _(
            "Your shift before or after this one is too near. Rest well; we ask somebody else."
        ),
        Bar.TOO_MANY_DAYS_RUNNING: _(
            "You have served many days in a row. Take a day off; we ask somebody else."
        ),
        Bar.SHIFT_TOO_LONG: _("This shift is longer than one person may stand. Call the community."),
        Bar.SHIFT_TOO_LONG_PROTECTED: _("This shift is too long for full protection. Call the community."),
    }
    return words[bar]
