"""What the province-size dispatch is asked: places, people, posts and prices, as arrays in the order of their ids.

Lengths are meters or kilometers; a price in kilometers is what that many kilometers of travel would cost. Inside, every
cost is a whole number of units, so sums are exact and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools import refusals

UNITS_PER_KM = 100
GENERAL, BACKBONE, SKILLED = range(3)
KINDS = ("general", "backbone", "skilled")

Names = tuple[str, ...]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Masks = NDArray[np.uint64]


def units(km: float) -> int:
    """Kilometers as whole cost units."""
    return round(km * UNITS_PER_KM)


def kilometers(amount: int) -> float:
    """Cost units as kilometers."""
    return amount / UNITS_PER_KM


def distance_units(x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats) -> Longs:
    """Straight lines in whole units; the one place where a length is rounded, so that everybody rounds alike."""
    lengths = np.sqrt((x_m - to_x_m) ** 2 + (y_m - to_y_m) ** 2)
    return np.rint(lengths * (UNITS_PER_KM / 1000)).astype(np.int64)


@dataclass(frozen=True)
class Horizon:
    """`days` x `shifts` slots, numbered day * shifts + shift.

    A rest pair (a, b): who has shift a on one day may not have shift b on the next.
    """

    days: int = 1
    shifts: int = 1
    one_per_day: bool = True
    rest_pairs: tuple[tuple[int, int], ...] = ()

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return self.days * self.shifts

    @property
    def names(self) -> Names:
        """The slots' names, "d0s1" for the second shift of the first day."""
        return tuple(f"d{day}s{shift}" for day in range(self.days) for shift in range(self.shifts))

    @property
    def period_of(self) -> Ints:
        """The period of each slot: its day with `one_per_day`, else itself. Nobody has two seats in one period."""
        slots = np.arange(self.slots, dtype=np.int32)
        return slots // np.int32(self.shifts) if self.one_per_day else slots

    @property
    def rest_slots(self) -> tuple[tuple[int, int], ...]:
        """All (slot, slot of the next day) that one person may not have both."""
        return tuple(
            (day * self.shifts + first, (day + 1) * self.shifts + then)
            for day in range(self.days - 1)
            for first, then in self.rest_pairs
        )


@dataclass(frozen=True)
class Prices:
    """Prices in kilometers.

    `tier_km`: calling somebody of that tier, per seat. `fairness_km`: the k-th new seat (k = 0, 1, ...) of somebody with h in
    his history costs fairness_km x (2(h + k) + 1). `patch_km`: when both name a patch and the two differ. `seat_km`: a
    filled seat of weight 1 is worth this. `keep_km`: a filled seat that the incumbent plan did not have.
    `backbone_fallback`: anybody may take a backbone seat, at half its value. `pairs_only`: only the listed pairs may be.
    """

    tier_km: Mapping[str, float] = field(default_factory=dict)
    fairness_km: float = 0.5
    patch_km: float = 1.0
    seat_km: float = 1000.0
    radius_km: float | None = None
    keep_km: float = 0.0
    backbone_fallback: bool = True
    pairs_only: bool = False

    @property
    def radius(self) -> int | None:
        """The farthest distance allowed, in units; what rounds to it is still allowed."""
        return None if self.radius_km is None else units(self.radius_km)

    @property
    def seat_value(self) -> int:
        """What a filled seat of weight 1 is worth, in units; even, so that half of it is whole."""
        return units(self.seat_km) + units(self.seat_km) % 2


@dataclass(frozen=True, eq=False)
class Communities:
    """Where people live."""

    code: Names
    x_m: Floats
    y_m: Floats


@dataclass(frozen=True, eq=False)
class Volunteers:
    """Those who could be sent. `skills` is a mask over `Instance.skills`, `available` one over the slots.

    `tier` and `patch` are positions in `Instance.tiers` and `Instance.patches`; patch -1 is none.
    """

    id: Names
    community: Ints
    tier: Ints
    backbone: Flags
    skills: Masks
    available: Masks
    max_shifts: Ints
    history: Ints
    patch: Ints


@dataclass(frozen=True, eq=False)
class Posts:
    """Where seats are. `seats` has three columns, in the order of `KINDS`; skill -1 and patch -1 are none."""

    id: Names
    x_m: Floats
    y_m: Floats
    slot: Ints
    seats: Ints
    skill: Ints
    weight: Ints
    patch: Ints


@dataclass(frozen=True, eq=False)
class Pairs:
    """Known costs of single pairs, each in place of that pair's distance."""

    volunteer: Ints
    post: Ints
    km: Floats


@dataclass(frozen=True, eq=False)
class Terms:
    """What single posts are to all people of a community, beside the way: closed, or dearer or cheaper than the way says.

    `of`: (communities,) a row of `units`. `units`: (sorts, posts) what a seat there costs on top, below 0 for less, `CLOSED`
    where nobody of them may be sent. Communities with one row share it, so the table stays small.
    """

    of: Ints
    units: Ints


CLOSED = np.int32(np.iinfo(np.int32).max)


@dataclass(frozen=True, eq=False)
class Incumbent:
    """The plan in force: who was promised which post, as far as both still exist; sorted by (volunteer, post)."""

    volunteer: Ints
    post: Ints

    @staticmethod
    def of(instance: Instance, rows: Iterable[tuple[str, str]]) -> Incumbent:
        """From (volunteer id, post id); rows that name somebody or some post no longer there are left out."""
        volunteers = {name: at for at, name in enumerate(instance.volunteers.id)}
        posts = {name: at for at, name in enumerate(instance.posts.id)}
        known = sorted({(volunteers[v], posts[p]) for v, p in rows if v in volunteers and p in posts})
        table = np.array(known, dtype=np.int32).reshape(-1, 2)
        return Incumbent(table[:, 0].copy(), table[:, 1].copy())


@dataclass(frozen=True, eq=False)
class Instance:
    """One consistent question, in the order of ids; make it with `of`."""

    communities: Communities
    volunteers: Volunteers
    posts: Posts
    horizon: Horizon
    prices: Prices
    tiers: Names
    skills: Names
    patches: Names
    pairs: Pairs | None = None
    terms: Terms | None = None

    @staticmethod
    def of(
        communities: Communities,
        volunteers: Volunteers,
        posts: Posts,
        *,
        horizon: Horizon,
        prices: Prices,
        tiers: Sequence[str],
        skills: Sequence[str] = (),
        patches: Sequence[str] = (),
        pairs: Pairs | None = None,
        terms: Terms | None = None,
    ) -> Instance:
        """Checks, sorts everything by id and renumbers, so that the order in which facts came cannot change the answer.

        Anything that numpy can read as an array of the right kind will do. Raises ValueError, with a sentence that names
        the row, for what no plan could mean.
        """
        given = Instance(
            _typed(communities, len(communities.code)),
            _typed(volunteers, len(volunteers.id)),
            _typed(posts, len(posts.id)),
            horizon,
            prices,
            tuple(tiers),
            tuple(skills),
            tuple(patches),
            None if pairs is None else _typed(pairs, len(pairs.volunteer)),
            None if terms is None else refusals.typed_terms(terms),
        )
        refusals.refuse_nonsense(given)
        return _sorted(given)

    def tier_units(self) -> Longs:
        """Price of one seat by tier."""
        return np.array([units(self.prices.tier_km[name]) for name in self.tiers], dtype=np.int64)

    def step_units(self, volunteer: Ints | Longs, taken: Ints | Longs | int) -> Longs:
        """Tier and fairness of the next seat for people who have `taken` new ones already."""
        people = self.volunteers
        order = 2 * (people.history[volunteer].astype(np.int64) + taken) + 1
        return self.tier_units()[people.tier[volunteer]] + units(self.prices.fairness_km) * order

    def patch_units(self, patch: Ints, post: Ints | Longs) -> Longs:
        """What it costs that people of `patch` leave it for these posts."""
        there = self.posts.patch[post]
        return np.where((patch >= 0) & (there >= 0) & (patch != there), units(self.prices.patch_km), 0)

    def travel_units(self, community: Ints, post: Ints | Longs) -> Longs:
        """Distance from communities to posts, without regard to pairs."""
        places, posts = self.communities, self.posts
        return distance_units(places.x_m[community], places.y_m[community], posts.x_m[post], posts.y_m[post])

    def terms_units(self, community: Ints | Longs, post: Ints | Longs | int) -> Longs:
        """What the terms add to a seat, 0 where the post is closed to the community. Shapes broadcast."""
        if self.terms is None:
            return np.zeros(np.broadcast_shapes(np.shape(community), np.shape(post)), dtype=np.int64)
        amount = self.terms.units[self.terms.of[community], post].astype(np.int64)
        return np.where(amount == CLOSED, 0, amount)

    def is_open(self, community: Ints | Longs | int, post: Ints | Longs | int) -> Flags:
        """Whether the terms let people of the community be sent to the post. Shapes broadcast."""
        if self.terms is None:
            return np.ones(np.broadcast_shapes(np.shape(community), np.shape(post)), dtype=np.bool_)
        return np.asarray(self.terms.units[self.terms.of[community], post] != CLOSED)


_KINDS_OF_COLUMN: dict[str, Any] = {
    "Floats": np.float64,
    "Ints": np.int32,
    "Flags": np.bool_,
    "Masks": np.uint64,
}


Table = TypeVar("Table", Communities, Volunteers, Posts, Pairs)


def _typed(table: Table, rows: int) -> Table:
    """The same table as arrays of its declared types; ValueError when a column has another length or another kind."""
    columns: dict[str, Any] = {}
    for name, declared in type(table).__annotations__.items():
        value = getattr(table, name)
        if declared == "Names":
            columns[name] = tuple(value)
            continue
        columns[name] = refusals.column(name, value, _KINDS_OF_COLUMN[declared])
        if columns[name].shape != ((rows, 3) if name == "seats" else (rows,)):
            raise ValueError(f"the column {name} has the shape {columns[name].shape}, for {rows} rows")
    return type(table)(**columns)


def _sorted(given: Instance) -> Instance:
    community_order, community_place = _order(given.communities.code)
    volunteer_order, volunteer_place = _order(given.volunteers.id)
    post_order, post_place = _order(given.posts.id)
    tier_order, tier_place = _order(given.tiers)
    skill_order, skill_place = _order(given.skills)
    patch_order, patch_place = _order(given.patches)
    # Position -1, "none", must stay -1.
    skill_place, patch_place = np.append(skill_place, [-1]), np.append(patch_place, [-1])
    people = _rows(given.volunteers, volunteer_order)
    posts = _rows(given.posts, post_order)
    pairs = given.pairs
    if pairs is not None:
        by, to = volunteer_place[pairs.volunteer], post_place[pairs.post]
        order = np.lexsort((to, by))
        pairs = Pairs(by[order], to[order], pairs.km[order])
    terms = given.terms
    if terms is not None:
        terms = Terms(terms.of[community_order], np.ascontiguousarray(terms.units[:, post_order]))
    return Instance(
        _rows(given.communities, community_order),
        _with(
            people,
            community=community_place[people.community],
            tier=tier_place[people.tier],
            skills=_moved_bits(people.skills, skill_place),
            patch=patch_place[people.patch],
        ),
        _with(posts, skill=skill_place[posts.skill], patch=patch_place[posts.patch]),
        given.horizon,
        given.prices,
        tuple(given.tiers[at] for at in tier_order),
        tuple(given.skills[at] for at in skill_order),
        tuple(given.patches[at] for at in patch_order),
        pairs,
        terms,
    )


def _order(names: Names) -> tuple[NDArray[np.int64], Ints]:
    """Which row comes at each place, and the place of each row."""
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    place = np.empty(len(names), dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return order, place


def _rows(table: Table, order: NDArray[np.int64]) -> Table:
    columns: dict[str, Any] = {}
    for name in type(table).__annotations__:
        value = getattr(table, name)
        columns[name] = tuple(value[at] for at in order) if isinstance(value, tuple) else value[order]
    return type(table)(**columns)


def _with(table: Table, **columns: Ints | Masks) -> Table:
    kept = {name: getattr(table, name) for name in type(table).__annotations__}
    return type(table)(**{**kept, **columns})


def _moved_bits(masks: Masks, place: Ints) -> Masks:
    moved = np.zeros_like(masks)
    for bit, to in enumerate(place[:-1].tolist()):
        moved |= (masks >> np.uint64(bit) & np.uint64(1)) << np.uint64(to)
    return moved
