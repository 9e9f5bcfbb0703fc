"""Who is asked next, and why this one and not that one.

A price in kilometers is put on everything that speaks against asking a person, the same unit as the dispatch kernel's: the way
to the post and the tier, the duty that he has done beyond others, how lately he was asked, and how many askings a yes of
his takes. The cheapest are asked first; ties go by position, so the same facts give the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import NEVER, Ints


@dataclass(frozen=True, slots=True)
class Prices:
    """In kilometers. All basis D; the defaults are what `make bench ONLY=calling` found fair at little cost in askings.

    `duty_km`: the k-th duty of somebody with h duties lately costs duty_km (2 (h + k) - 1), as in the dispatch, so work is
    spread. `ask_km`: the k-th asking in a row without a yes costs k ask_km; until one with the chance p says yes that comes to
    ask_km / p^2 on average (N geometric: E[N (N + 1) / 2] = 1 / p^2). `least_chance`: below it all are alike.
    `lately_km`: somebody asked just now, falling to 0 over `lately_days`.
    """

    duty_km: float = 2.0
    ask_km: float = 0.15
    least_chance: float = 0.05
    lately_km: float = 2.0
    lately_days: float = 14.0


class Kept(StrEnum):
    """What keeps somebody out of a wave by the limits of calling; the rules of eligibility have their own codes."""

    ALREADY_ASKED = "already_asked"
    ASKED_OFTEN = "asked_often_this_week"
    QUIET_HOURS = "quiet_hours"
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True)
class People:
    """Those who could be asked, one position each.

    `travel_km`: the dispatch kernel's price of sending him, kilometers and tier. `duties`: duties in the last 30 days.
    `asked_days`: since he was last asked, below 0 for never. `asked_week`: askings in the last seven days.
    `chance`: of a yes in time. `already`: asked for this call-up. `quiet`: in his quiet hours. `eligible`: the rules allow him.
    """

    travel_km: Floats
    duties: Ints
    asked_days: Floats
    asked_week: Ints
    chance: Floats
    already: Flags
    quiet: Flags
    eligible: Flags


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its figures, to be put into words by whoever shows it."""

    code: str
    figures: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """As it is kept on an offer."""
        return {"code": self.code, **dict(self.figures)}


@dataclass(frozen=True)
class Ranking:
    """`order`: positions of those who may be asked, first to be asked first. `price` of each person, infinite if kept out."""

    people: People
    prices: Prices
    order: Ints
    price: Floats
    kept: tuple[tuple[Kept, Flags], ...]

    @property
    def chances(self) -> Floats:
        """Chance of a yes in time of each, in the order of asking."""
        return self.people.chance[self.order]

    def why(self, position: int) -> tuple[Reason, ...]:
        """Why this person is asked: what made him cheaper than the middle of those who could be asked, the strongest first."""
        own, middle = _parts(self.people, self.prices), {}
        for name, price in own.items():
            middle[name] = float(np.median(price[self.order])) if len(self.order) else 0.0
        gains = {name: middle[name] - float(price[position]) for name, price in own.items()}
        found = [
            Reason(name, (*self._figures(name, position), ("km", round(gain, 2))))
            for name, gain in sorted(gains.items(), key=lambda item: -item[1])
            if gain > 0
        ]
        return (*found, Reason("in_turn", (("rank", self._rank(position)), ("of", len(self.order)))))

    def why_not(self, position: int, asked: int) -> tuple[Reason, ...]:
        """Why this person was not among the first `asked`: the limits that kept him out, or his rank. () if he was."""
        found = tuple(
            Reason(code, self._limit(code, position)) for code, flags in self.kept if flags[position]
        )
        if found:
            return found
        rank = self._rank(position)
        if rank <= asked:
            return ()
        last = float(self.price[self.order[asked - 1]]) if asked else 0.0
        return (
            Reason(
                "others_first",
                (("rank", rank), ("asked", asked), ("km_more", round(float(self.price[position]) - last, 2))),
            ),
        )

    def _rank(self, position: int) -> int:
        return int(np.flatnonzero(self.order == position)[0]) + 1

    def _limit(self, code: Kept, position: int) -> tuple[tuple[str, float], ...]:
        return (("times", int(self.people.asked_week[position])),) if code is Kept.ASKED_OFTEN else ()

    def _figures(self, name: str, position: int) -> tuple[tuple[str, float], ...]:
        people = self.people
        facts: dict[str, tuple[str, float]] = {
            "near": ("travel_km", round(float(people.travel_km[position]), 2)),
            "fair_share": ("duties", int(people.duties[position])),
            "least_recently_asked": ("days", round(float(people.asked_days[position]), 1)),
            "likely": ("percent", round(100 * float(people.chance[position]))),
        }
        return (facts[name],)


def ranked(people: People, prices: Prices, *, asks_a_week: int) -> Ranking:
    """The list of those who may be asked. Nobody twice for one call-up, nobody beyond `asks_a_week` in seven days.

    Quiet hours are a mask: leave it empty where the level of the response may wake people. Time: below 1 s for a million.
    """
    kept = (
        (Kept.ALREADY_ASKED, people.already),
        (Kept.NOT_ELIGIBLE, ~people.eligible),
        (Kept.ASKED_OFTEN, people.asked_week >= asks_a_week),
        (Kept.QUIET_HOURS, people.quiet),
    )
    out = np.logical_or.reduce([flags for _code, flags in kept])
    price = np.where(out, np.inf, sum(_parts(people, prices).values()))
    may = np.flatnonzero(~out)
    return Ranking(people, prices, may[np.argsort(price[may], kind="stable")], price, kept)


def _parts(people: People, prices: Prices) -> dict[str, Floats]:
    """What each reason adds to the price of asking somebody."""
    lately = np.where(
        people.asked_days <= NEVER, prices.lately_days, np.minimum(people.asked_days, prices.lately_days)
    )
    return {
        "near": people.travel_km.astype(np.float64),
        "fair_share": prices.duty_km * (2 * people.duties.astype(np.float64) + 1),
        "least_recently_asked": prices.lately_km * (1 - lately / prices.lately_days),
        "likely": prices.ask_km / np.maximum(people.chance, prices.least_chance) ** 2,
    }
