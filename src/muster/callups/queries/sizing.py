"""How many people a new call-up should ask, shown before it is sent: computed from past answers, not a fixed ratio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from muster.callups.enums import SEATED
from muster.callups.models import Assignment
from muster.callups.queries.outlook import Asked, Occasion, Outlook, policy_of
from muster.kernel import calling
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.people.enums import VolunteerState, Willingness
from muster.people.models import VolunteerProfile

METER_WIDTH = 332  # of the drawing
# Of the volunteers of a community; beyond so many there are more than any call-up needs.
MOST_CONSIDERED = 40_000
# Certainty of the number that is called the most: one call-up in a thousand needs more.
MOST_CONFIDENCE = 0.999


@dataclass(frozen=True)
class Sizing:
    """What the desk says about a call-up before it is sent. `available` counts who could be asked in the community.

    `ask` fill the seats with the confidence, `first` of them are asked at once, and more than `most` never.
    """

    need: int
    ask: int
    first: int
    most: int
    available: int
    expected: int
    reaches: bool
    chance_percent: int
    confidence_percent: int
    acceptance_percent: int

    @property
    def short(self) -> int:
        """Seats that will probably stay empty."""
        return max(0, self.need - self.expected)

    @property
    def need_x(self) -> int:
        """Where the need stands on the drawing."""
        return 4 + METER_WIDTH * min(self.need, self.available) // max(1, self.available)

    @property
    def ask_width(self) -> int:
        """How far the drawing is filled."""
        return METER_WIDTH * min(self.ask, self.available) // max(1, self.available)


def sizing(
    community: int, *, seats: int, mode: str, starts_at: datetime, ends_at: datetime, at: datetime
) -> Sizing | None:
    """How many volunteers of `community` to ask for so many seats, in two queries; None while nobody is asked for."""
    if not seats:
        return None
    rows = (
        VolunteerProfile.objects.filter(
            _may_serve(mode, timezone.localdate(at)),
            division_code=community,
            state=VolunteerState.ACTIVE,
            person__erased_at=None,
        )
        .exclude(Exists(_seated(starts_at, ends_at)))
        .order_by("person")
        .values_list("person", "person__force_class", "emergency_willing", "last_asked_at")[:MOST_CONSIDERED]
    )
    people = [Asked(person, force, willing, 0.0, last) for person, force, willing, last in rows]
    outlook, occasion, policy = Outlook(community, at), Occasion(starts_at, at), policy_of(community)
    late = timedelta(minutes=int(norms.number("call.late_reply_minutes", community)))
    until = max(starts_at, at + late)
    ranking = outlook.ranked(
        people,
        outlook.in_time(people, occasion, until),
        int(norms.number("call.asks_per_week", community)),
    )
    chances = ranking.chances
    cap = seats * int(norms.number("call.ask_cap_per_seat", community))
    size = calling.size(
        seats,
        chances,
        policy.certain,
        doubt=outlook.doubt,
        most_confidence=max(policy.certain, MOST_CONFIDENCE),
        cap=cap,
    )
    wanted = policy.wanted(outlook.rounds(occasion, until, policy))
    none = chances[:0]
    return Sizing(
        need=seats,
        ask=size.ask,
        first=calling.next_step(seats, none, chances, wanted, doubt=outlook.doubt, cap=size.ask).ask,
        most=size.most,
        available=len(chances),
        expected=round(size.expected),
        reaches=size.reaches,
        chance_percent=int(100 * size.chance),
        confidence_percent=round(policy.certain * 100),
        acceptance_percent=round(100 * size.expected / size.ask) if size.ask else 0,
    )


def _may_serve(mode: str, today: date) -> Q:
    """The rules that the database can judge; the kernel judges all of them for each person who is asked."""
    if mode != Mode.EMERGENCY:
        return Q()
    of_age = Q(person__birth_on__lte=today - timedelta(days=round(18 * 365.25)))
    return of_age & Q(emergency_willing=Willingness.YES)


def _seated(starts_at: datetime, ends_at: datetime) -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        person=OuterRef("person"), state__in=SEATED, during__overlap=DateTimeTZRange(starts_at, ends_at)
    )
