"""How many people a new call-up should ask, shown before it is sent: computed from past answers, not a fixed ratio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from muster.callups.enums import SEATED, OfferState
from muster.callups.models import Assignment, Offer
from muster.kernel import calling
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.people.enums import VolunteerState, Willingness
from muster.people.models import VolunteerProfile

METER_WIDTH = 332  # of the drawing
REMEMBERED = timedelta(days=90)
YES = (OfferState.ACCEPTED, OfferState.WAITING, OfferState.WITHDRAWN)


@dataclass(frozen=True)
class Sizing:
    """What the desk says about a call-up before it is sent. `available` counts who could be asked in the community."""

    need: int
    ask: int
    available: int
    expected: int
    reaches: bool
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
    available = (
        VolunteerProfile.objects.filter(
            _may_serve(mode, timezone.localdate(at)),
            division_code=community,
            state=VolunteerState.ACTIVE,
            person__erased_at=None,
        )
        .exclude(Exists(_seated(starts_at, ends_at)))
        .count()
    )
    answered = (
        Offer.objects.filter(
            call_up__division_code=community,
            call_up__is_drill=False,
            wave__gt=0,
            asked_at__gte=at - REMEMBERED,
        )
        .exclude(state=OfferState.ASKED)
        .aggregate(all=Count("pk"), yes=Count("pk", filter=Q(state__in=YES)))
    )
    confidence = float(norms.number("call.confidence", community))
    prior = calling.Prior(
        float(norms.number("call.prior_yes", community)), float(norms.number("call.prior_no", community))
    )
    acceptance = calling.acceptance(answered["yes"], answered["all"], prior)
    wave = calling.wave_size(seats, acceptance, confidence, cap=max(1, available))
    return Sizing(
        need=seats,
        ask=min(wave.ask, available),
        available=available,
        expected=min(available, round(wave.expected)),
        reaches=not wave.capped and available > 0,
        confidence_percent=round(confidence * 100),
        acceptance_percent=round(acceptance * 100),
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
