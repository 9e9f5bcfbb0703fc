"""Who will say yes, as the answers on file of a township let us believe: the facts for `kernel.calling`, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from muster.callups.enums import OfferState
from muster.callups.models import Offer
from muster.kernel import calling
from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Ints
from muster.norms import queries as norms
from muster.people.enums import ForceClass, Willingness

REMEMBERED = timedelta(days=365)
WEEK = timedelta(days=7)
# The newest count; so many say all there is to learn of a township, and are read in a quarter of a second.
MOST_READ = 40_000
FORCES = {value: number for number, value in enumerate(ForceClass.values)}
DECLARED = {
    Willingness.YES: calling.WILLING,
    Willingness.UNKNOWN: calling.UNKNOWN,
    Willingness.NO: calling.UNWILLING,
}
BOUNDS = calling.Bounds(force_classes=len(FORCES))
GROUPS = len(BOUNDS.notice_minutes) + 1
YES = frozenset({OfferState.ACCEPTED, OfferState.WAITING, OfferState.WITHDRAWN})
# Of these nobody knows yet, or will ever know, what the answer would have been.
OPEN_ENDED = frozenset({OfferState.ASKED, OfferState.STOOD_DOWN})
SHARED = 1000  # communities of a township differ in the last three digits


class Asked(NamedTuple):
    """What an asking needs to know of a person. `km`: from home to the post, 0 where a position is not known."""

    person: int
    force_class: str
    willing: str
    km: float
    last_asked_at: datetime | None


@dataclass(frozen=True)
class Occasion:
    """What an asking needs to know of the call-up."""

    starts_at: datetime
    at: datetime
    is_drill: bool = False


def policy_of(place: int) -> calling.Policy:
    """How eager call-ups of a place ask, by its norms."""
    certain = float(norms.number("call.confidence", place))
    return calling.Policy(certain=certain, calm=min(certain, float(norms.number("call.calm", place))))


class _Row(NamedTuple):
    """One offer on file, in the order of the columns read."""

    person: int
    call_up: int
    state: str
    asked_at: datetime
    answered_at: datetime | None
    reply_by: datetime
    is_drill: bool
    starts_at: datetime
    force_class: str
    willing: str | None


COLUMNS = (
    *("person", "call_up", "state", "asked_at", "answered_at", "reply_by"),
    *(
        "call_up__is_drill",
        "call_up__starts_at",
        "person__force_class",
        "person__volunteer__emergency_willing",
    ),
)


class Outlook:
    """Beliefs about the people of one township, learnt once and asked as often as needed. One query."""

    def __init__(self, place: int, at: datetime) -> None:
        rows = _on_file(place, at)
        self.at = at
        self.week: dict[int, int] = {}
        for row in rows:
            if row.asked_at > at - WEEK and not row.is_drill:
                self.week[row.person] = self.week.get(row.person, 0) + 1
        self.position = {person: number for number, person in enumerate(sorted({row.person for row in rows}))}
        # One place more, for everybody of whom nothing is on file.
        people = len(self.position) + 1
        beliefs = calling.Beliefs(
            yes=float(norms.number("call.prior_yes", place)), no=float(norms.number("call.prior_no", place))
        )
        told = [row for row in rows if row.state not in OPEN_ENDED]
        person, levels = self._positions([row.person for row in told]), _levels_on_file(told)
        minutes, yes, no = _ends(told)
        group = levels[:, calling.Factor.NOTICE]
        # Of who gave the seat back, the time of the yes is not on file any more.
        kept = np.array([row.state != OfferState.WITHDRAWN for row in told], dtype=bool)
        waits = calling.Waits(person[kept], group[kept], minutes[kept], yes[kept], no[kept])
        self.times = calling.times_from(waits, people, GROUPS, calling.Pace())
        silence = self.times.silence(beliefs.mean, minutes, group, person)
        calls = {call: number for number, call in enumerate(sorted({row.call_up for row in told}))}
        history = calling.History(
            person=person,
            call=np.array([calls[row.call_up] for row in told], dtype=np.int64),
            rows=levels,
            yes=yes,
            weight=np.where(yes | no, 1.0, silence),
        )
        self.learnt = calling.learn(history, people, beliefs, BOUNDS)

    @property
    def doubt(self) -> float:
        """Standard deviation of the log odds of all people together on one day."""
        return self.learnt.doubt

    def chances(self, people: Sequence[Asked], occasion: Occasion) -> Floats:
        """Chance of each to say yes at all, sooner or later."""
        if not people:
            return np.empty(0)
        levels = _levels(people, occasion, [_days(row.last_asked_at, occasion.at) for row in people])
        return self.learnt.posterior(levels, self._positions([row.person for row in people])).mean

    def in_time(
        self, people: Sequence[Asked], occasion: Occasion, until: datetime, silent: Sequence[float] = ()
    ) -> Floats:
        """Chance of a yes until then; of those asked already, after so many minutes of silence each."""
        ages = np.array(silent) if silent else np.zeros(len(people))
        left = max((until - occasion.at).total_seconds() / 60, 0.0)
        who = self._positions([row.person for row in people])
        group = np.full(len(people), self._group(occasion))
        return self.times.still(self.chances(people, occasion), ages, ages + left, group, who)

    def ranked(
        self, people: Sequence[Asked], chances: Floats, asks_a_week: int | None = None
    ) -> calling.Ranking:
        """Those who may be asked, in the order of asking as the kernel prices them; None where the limit was kept already."""
        week = np.array([self.week.get(row.person, 0) for row in people], dtype=np.int64)
        no = np.zeros(len(people), dtype=bool)
        return calling.ranked(
            calling.People(
                travel_km=np.array([row.km for row in people]),
                duties=np.zeros(len(people), dtype=np.int64),
                asked_days=np.array([_days(row.last_asked_at, self.at) for row in people]),
                asked_week=week,
                chance=chances,
                already=no,
                quiet=no,
                eligible=~no,
            ),
            calling.Prices(),
            asks_a_week=int(week.max(initial=0)) + 1 if asks_a_week is None else asks_a_week,
        )

    def rounds(self, occasion: Occasion, until: datetime, policy: calling.Policy) -> float:
        """How many times over most of the answers could still come until then."""
        round_minutes = self.times.minutes_for(policy.round_share, self._group(occasion))
        return max((until - occasion.at).total_seconds() / 60, 0.0) / round_minutes

    def _group(self, occasion: Occasion) -> int:
        nobody = [Asked(0, next(iter(FORCES)), Willingness.UNKNOWN, 0.0, None)]
        return int(_levels(nobody, occasion, [calling.NEVER])[0, calling.Factor.NOTICE])

    def _positions(self, people: Sequence[int]) -> Ints:
        blank = len(self.position)
        return np.array([self.position.get(person, blank) for person in people], dtype=np.int64)


def _on_file(place: int, at: datetime) -> list[_Row]:
    """The newest offers that waves made in the communities of the same township, oldest first."""
    township = place // SHARED * SHARED
    found = (
        Offer.objects.filter(
            call_up__division_code__gte=township,
            call_up__division_code__lt=township + SHARED,
            wave__gt=0,
            asked_at__gte=at - REMEMBERED,
        )
        .order_by("-asked_at", "-pk")
        .values_list(*COLUMNS)[:MOST_READ]
    )
    return [_Row(*row) for row in found][::-1]


def _levels_on_file(rows: Sequence[_Row]) -> Ints:
    if not rows:
        return calling.History.none().rows
    before: dict[int, datetime] = {}
    days = []
    for row in rows:
        days.append(_days(before.get(row.person), row.asked_at))
        before[row.person] = row.asked_at
    return BOUNDS.rows(
        force=np.array([FORCES.get(row.force_class, 0) for row in rows], dtype=np.int64),
        hour=np.array([_hour(row.starts_at) for row in rows]),
        notice_minutes=np.array([_minutes(row.asked_at, row.starts_at) for row in rows]),
        distance_km=np.zeros(len(rows)),
        asked_days=np.array(days),
        declared=np.array([_declared(row.willing) for row in rows], dtype=np.int64),
        occasion=np.array([calling.DRILL if row.is_drill else calling.REAL for row in rows], dtype=np.int64),
    )


def _levels(people: Sequence[Asked], occasion: Occasion, days: Sequence[float]) -> Ints:
    return BOUNDS.rows(
        force=np.array([FORCES.get(row.force_class, 0) for row in people], dtype=np.int64),
        hour=_hour(occasion.starts_at),
        notice_minutes=_minutes(occasion.at, occasion.starts_at),
        distance_km=np.zeros(len(people)),
        asked_days=np.array(days),
        declared=np.array([_declared(row.willing) for row in people], dtype=np.int64),
        occasion=calling.DRILL if occasion.is_drill else calling.REAL,
    )


def _ends(rows: Sequence[_Row]) -> tuple[Floats, Flags, Flags]:
    """How many minutes each asking lasted, and whether it ended with a yes, or with a no.

    Who was thanked without an answer waited until the last seat of that call-up was taken.
    """
    full: dict[int, datetime] = {}
    for row in rows:
        if row.answered_at and row.state in YES:
            full[row.call_up] = max(row.answered_at, full.get(row.call_up, row.answered_at))
    yes = [
        row.state in YES or (row.state == OfferState.THANKED and row.answered_at is not None) for row in rows
    ]
    no = [row.state == OfferState.DECLINED for row in rows]
    ends = [
        row.answered_at
        or (full.get(row.call_up, row.reply_by) if row.state == OfferState.THANKED else row.reply_by)
        for row in rows
    ]
    minutes = [_minutes(row.asked_at, end) for row, end in zip(rows, ends, strict=True)]
    return np.array(minutes, dtype=np.float64), np.array(yes, dtype=bool), np.array(no, dtype=bool)


def _declared(willing: str | None) -> int:
    return DECLARED[Willingness(willing)] if willing else calling.UNKNOWN


def _hour(at: datetime) -> float:
    here = timezone.localtime(at)
    return here.hour + here.minute / 60


def _minutes(since: datetime, until: datetime) -> float:
    return max((until - since).total_seconds() / 60, 0.0)


def _days(last: datetime | None, at: datetime) -> float:
    return calling.NEVER if last is None else max((at - last).total_seconds() / 86_400, 0.0)
