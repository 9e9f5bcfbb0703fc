"""Answers of a plan to those whom it concerns: why me, why not he, why is this seat empty, what would one more cost.

The words are those of `muster.kernel.dispatch.answers`; a slot there is a post here. `explanation` has everything at once,
ready for JSON.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from muster.kernel.dispatch.answers import (
    NO_SEATS_LEFT,
    NOT_BACKBONE,
    SKILL_MISSING,
    TOO_FAR,
    WINDOW_NOT_OFFERED,
    Empty,
    NotCode,
    Way,
    WhyMe,
    WhyNot,
)
from muster.kernel.dispatch.pools.chains import FAR, Chains
from muster.kernel.dispatch.pools.empties import CLOSED_TO_THEM, DECLINED, NOT_LISTED, Empties
from muster.kernel.dispatch.pools.forced import forced
from muster.kernel.dispatch.pools.instance import BACKBONE, KINDS, SKILLED, Instance, Longs, kilometers, units
from muster.kernel.dispatch.pools.scene import Scene
from muster.kernel.dispatch.pools.solution import Solution

REST_TOO_SHORT = "rest_too_short"


@dataclass(frozen=True)
class _Rows:
    """By filled seat: the parts of its price, whether it was promised, half values lost, what the next best costs on top,
    and how many seats its person could have at most."""

    parts: list[tuple[int, ...]]
    kept: list[bool]
    halves: list[int]
    extra: list[int]
    most: list[int]


class Why:
    """Questions to one plan. `declined`: who was not to be sent, as given to `solve`.

    Prices come from the end of the search: they are exact where the plan is proven and no rule of rest was kept, and of a
    plan that was made without prices only `why_empty` can tell.
    """

    def __init__(
        self, instance: Instance, solution: Solution, declined: Collection[str] = frozenset()
    ) -> None:
        self.instance = instance
        self.solution = solution
        self.scene = Scene(instance, solution, frozenset(declined))
        self._empties = Empties(self.scene)

    def why_me(self, volunteer: str) -> tuple[WhyMe, ...]:
        """Why somebody has the seats he has, in the order of slots; empty when he has none or is unknown."""
        person = self._person_at.get(volunteer)
        if person is None:
            return ()
        first, end = self._rows_of[person : person + 2].tolist()
        return tuple(self._why_me(row) for row in range(first, end))

    def seated(self) -> list[WhyMe]:
        """Why each filled seat is filled as it is, in the order of volunteers and slots."""
        return [self._why_me(row) for row in range(len(self.scene.row_person))]

    def why_not(self, volunteer: str, post: str) -> WhyNot:
        """Why somebody has no seat at the post: rules, or what it would cost on top. KeyError for an unknown post."""
        at = self._post_at[post]
        person = self._person_at.get(volunteer)
        if person is None:
            return WhyNot(volunteer, post, (NotCode.UNKNOWN_PERSON,))
        scene = self.scene
        km = kilometers(int(scene.distance(np.array([person]), np.array([at]))[0]))
        if bool(((scene.row_person == person) & (self.solution.post == at)).any()):
            return WhyNot(volunteer, post, (NotCode.ASSIGNED,), km)
        seats = [at * len(KINDS) + kind for kind in np.flatnonzero(self.instance.posts.seats[at]).tolist()]
        if not seats:
            return WhyNot(volunteer, post, (NotCode.NO_SEATS_TO_FILL,), km)
        allowed = [seat for seat in seats if bool(scene.may(person, seat))]
        if not allowed:
            return WhyNot(volunteer, post, self._bars(person, at, seats), km)
        ways = [way for seat in allowed if (way := forced(scene, self._chains, person, seat)) is not None]
        if not ways:
            return WhyNot(volunteer, post, (REST_TOO_SHORT,), km)
        best = min(ways, key=lambda way: (way.halves, way.units))
        left = None if best.leaves is None else int(self.solution.post[best.leaves])
        return WhyNot(
            volunteer,
            post,
            (NotCode.OTHERS_CHEAPER if left is None else NotCode.NEEDED_ELSEWHERE,),
            km,
            None if best.halves else kilometers(max(best.units, 0)),
            None if left is None else self.instance.posts.id[left],
            best.exact,
        )

    def why_empty(self, post: str) -> tuple[Empty, ...]:
        """Why seats of the post stay empty, one answer for each kind that has some. KeyError for an unknown post."""
        first = self._post_at[post] * len(KINDS)
        short = self.scene.filled < self.scene.seats
        return tuple(self._empties.of(seat) for seat in range(first, first + len(KINDS)) if short[seat])

    def price(self, post: str, kind: str) -> float | None:
        """Kilometers that one more seat there would cost, whoever moves for it.

        None when it would stay empty or take a seat elsewhere, as every seat does inside a shortage, and where the post has
        no seats of the kind. KeyError for an unknown post, ValueError for an unknown kind.
        """
        if kind not in KINDS:
            raise ValueError(f"seats are {', '.join(KINDS)}, not {kind}")
        return self._price(self._post_at[post] * len(KINDS) + KINDS.index(kind))

    def price_of_first(self, post: str, kind: str) -> float | None:
        """The same for a post that has no seats of the kind yet; None also where nobody may go."""
        seat = self._post_at[post] * len(KINDS) + KINDS.index(kind)
        scene, slot = self.scene, int(self.scene.slot[seat])
        idle, leaving = self._chains.release(slot)
        people = np.flatnonzero((idle < FAR) & scene.may(np.arange(len(idle)), seat))
        rows = np.flatnonzero((leaving < FAR) & scene.may(scene.row_person, seat))
        refills = [(row, self._chains.to(int(scene.row_seat[row]))) for row in rows.tolist()]
        # Who can be spared only where a seat stays empty for it cannot be spared.
        rows = np.array([row for row, chain in refills if chain and not chain.halves], dtype=np.int64)
        person = np.concatenate([people, scene.row_person[rows]])
        whole = scene.halves(person, seat) == 0
        offers = scene.units(person, seat) + np.concatenate([idle[people], leaving[rows]])
        return kilometers(int(offers[whole].min())) if whole.any() else None

    def empties(self) -> tuple[Empty, ...]:
        """Every type of seat with empty ones, in the order of posts and kinds."""
        return self._all_empties

    @cached_property
    def _all_empties(self) -> tuple[Empty, ...]:
        short = np.flatnonzero(self.scene.filled < self.scene.seats)
        return tuple(self._empties.of(seat) for seat in short.tolist())

    def _price(self, seat: int) -> float | None:
        if not self.scene.seats[seat]:
            return None
        chain = self._chains.to(seat)
        return kilometers(int(self._chains.price[seat])) if chain is not None and not chain.halves else None

    def _why_me(self, row: int) -> WhyMe:
        scene, rows, people = self.scene, self._rows, self.instance.volunteers
        person, seat = int(scene.row_person[row]), int(scene.row_seat[row])
        post, kind = divmod(seat, len(KINDS))
        chain = self._chains.to(seat)
        # Whoever stands in may be replaced by somebody who stands in.
        replaced = None if chain is None or chain.halves != rows.halves[row] else chain.caller
        way = Way(*(kilometers(amount) for amount in rows.parts[row]))
        return WhyMe(
            person=people.id[person],
            slot=self.instance.posts.id[post],
            km=way.km,
            tier=int(people.tier[person]),
            skill=self.instance.skills[self.instance.posts.skill[post]] if kind == SKILLED else "",
            backbone_seat=kind == BACKBONE,
            kept=rows.kept[row],
            recent_calls=int(people.history[person]),
            days_since_asked=None,
            next_person=None if replaced is None else people.id[replaced],
            next_extra_km=None if replaced is None else kilometers(rows.extra[row]),
            next_moves=None if replaced is None or chain is None else chain.moves,
            way=way,
            stands_in=rows.halves[row] > 0,
            exact=scene.exact and rows.most[row] == 1,
        )

    @cached_property
    def _rows(self) -> _Rows:
        scene, table, people = self.scene, self.instance, self.instance.volunteers
        person, post = scene.row_person, self.solution.post.astype(np.int64)
        kept = scene.promised(person, post)
        turn = np.arange(len(person)) - np.searchsorted(person, person)
        tier = table.tier_units()[people.tier[person]]
        keep = 0 if self.solution.incumbent is None else units(table.prices.keep_km)
        parts = (
            scene.distance(person, post),
            table.patch_units(people.patch[person], post),
            tier + table.terms_units(people.community[person], post),
            table.step_units(person, turn) - tier,
            np.where(kept, 0, keep),
        )
        last = table.step_units(person, scene.taken[person] - 1)
        extra = self._chains.price[scene.row_seat] - scene.units(person, scene.row_seat) - last
        periods = np.zeros(len(person), dtype=np.int64)
        for period in range(int(scene.period[-1]) + 1):
            slots = np.flatnonzero(scene.period == period).tolist()
            periods += np.any([scene.available(slot)[person] for slot in slots], axis=0)
        return _Rows(
            list(zip(*(part.tolist() for part in parts), strict=True)),
            kept.tolist(),
            scene.halves(person, scene.row_seat).tolist(),
            # Below 0 only in a plan short of proof, of which at least that is told.
            np.maximum(extra, 0).tolist(),
            np.minimum(periods, people.max_shifts[person]).tolist(),
        )

    def _bars(self, person: int, post: int, seats: list[int]) -> tuple[str, ...]:
        """Every rule that keeps somebody from all seats of a post."""
        scene, people = self.scene, self.instance.volunteers
        found: list[str] = []
        if not scene.asked[person]:
            found.append(DECLINED)
        if people.max_shifts[person] == 0:
            found.append(NO_SEATS_LEFT)
        if not scene.available(int(self.instance.posts.slot[post]))[person]:
            found.append(WINDOW_NOT_OFFERED)
        need = scene.need(in_full=False)
        if not any(scene.able(int(need[seat]))[person] for seat in seats):
            kinds = {seat % len(KINDS) for seat in seats}
            found += [
                code for kind, code in ((BACKBONE, NOT_BACKBONE), (SKILLED, SKILL_MISSING)) if kind in kinds
            ]
        if not self.instance.is_open(people.community[person], post):
            found.append(CLOSED_TO_THEM)
        elif not bool(scene.near(np.array([person]), np.array([post]))[0]):
            found.append(NOT_LISTED if self.instance.prices.pairs_only else TOO_FAR)
        return tuple(found)

    @cached_property
    def _chains(self) -> Chains:
        if self.solution.marginals is None:
            raise ValueError("this plan was made without prices: only its empty seats can be explained")
        return Chains(self.scene, self.solution.marginals.seat_price.ravel().astype(np.int64))

    @cached_property
    def _rows_of(self) -> Longs:
        return np.searchsorted(self.scene.row_person, np.arange(len(self.scene.taken) + 1))

    @cached_property
    def _person_at(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.instance.volunteers.id)}

    @cached_property
    def _post_at(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.instance.posts.id)}
