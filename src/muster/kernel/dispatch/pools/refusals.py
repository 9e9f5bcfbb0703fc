"""What no plan could mean is refused with a sentence that names the row, before anything is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from muster.kernel.dispatch.pools.instance import (
        Horizon,
        Instance,
        Pairs,
        Posts,
        Prices,
        Terms,
        Volunteers,
    )

# A mask of slots or skills is one 64-bit number.
MOST_SLOTS = 63
MOST_SKILLS = 63
# With these, no sum of prices can leave 64 bits: 3e6 seats x 1e6 km x 100 units x 10,000 stay below 9e18.
FARTHEST_M = 20_000_000.0
DEAREST_KM = 100_000.0
MOST_VALUE_KM = 1_000_000.0
HEAVIEST = 10_000
LONGEST_HISTORY = 10_000


def column(name: str, value: Any, kind: type[np.generic]) -> NDArray[Any]:
    """The value as an array of that kind; ValueError when that would change a number."""
    given = np.asarray(value)
    if given.size == 0:
        return given.astype(kind)
    whole = np.issubdtype(kind, np.integer)
    if given.dtype.kind not in ("biu" if whole else "biuf") or (kind is np.bool_ and given.dtype.kind != "b"):
        raise ValueError(f"the column {name} holds {given.dtype}, not {np.dtype(kind)}")
    if whole:
        bounds = np.iinfo(np.dtype(kind))
        if int(given.min()) < bounds.min or int(given.max()) > bounds.max:
            raise ValueError(f"the column {name} holds numbers that {np.dtype(kind)} cannot hold")
    return given.astype(kind)


def typed_terms(terms: Terms) -> Terms:
    """The same terms as arrays of whole numbers."""
    return type(terms)(column("of", terms.of, np.int32), column("units", terms.units, np.int32))


def refuse_nonsense(instance: Instance) -> None:
    """Raises ValueError for the first thing found that no plan could mean; `Instance.of` says what may be given."""
    _refuse_horizon(instance.horizon)
    _refuse_prices(instance.prices, instance.tiers)
    for what, names in (
        ("communities", instance.communities.code),
        ("volunteers", instance.volunteers.id),
        ("posts", instance.posts.id),
        ("tiers", instance.tiers),
        ("skills", instance.skills),
        ("patches", instance.patches),
    ):
        _refuse_names(what, names)
    if len(instance.skills) > MOST_SKILLS:
        raise ValueError(f"{len(instance.skills)} skills are more than {MOST_SKILLS}")
    places = instance.communities
    _first(
        _not_places(places.x_m, places.y_m), places.code, "community {}: its place is not in meters on Earth"
    )
    _refuse_volunteers(instance, instance.volunteers)
    _refuse_posts(instance, instance.posts)
    _refuse_pairs(instance, instance.pairs)
    _refuse_terms(instance, instance.terms)


def _refuse_horizon(horizon: Horizon) -> None:
    if horizon.days < 1 or horizon.shifts < 1:
        raise ValueError("a horizon has at least one day and one shift")
    if horizon.slots > MOST_SLOTS:
        raise ValueError(f"{horizon.days} days x {horizon.shifts} shifts are more than {MOST_SLOTS} slots")
    for pair in horizon.rest_pairs:
        if len(pair) != 2 or not all(0 <= shift < horizon.shifts for shift in pair):
            raise ValueError(f"the rest pair {list(pair)} names a shift that there is not")


def _refuse_prices(prices: Prices, tiers: tuple[str, ...]) -> None:
    for name in tiers:
        if name not in prices.tier_km:
            raise ValueError(f"tier {name} has no price")
    amounts = {f"tier_km of {name}": km for name, km in prices.tier_km.items()}
    amounts |= {name: getattr(prices, name) for name in ("fairness_km", "patch_km", "keep_km")}
    amounts["radius_km"] = prices.radius_km or 0.0
    for name, km in amounts.items():
        if not 0 <= km <= DEAREST_KM:
            raise ValueError(f"{name} must be from 0 to {DEAREST_KM:.0f} km, not {km}")
    if not 0 <= prices.seat_km <= MOST_VALUE_KM:
        raise ValueError(f"seat_km must be from 0 to {MOST_VALUE_KM:.0f} km, not {prices.seat_km}")
    if prices.seat_value < 1:
        raise ValueError("seat_km must be more than 0: a filled seat is worth something")


def _refuse_names(what: str, names: tuple[str, ...]) -> None:
    if len(set(names)) == len(names) and all(names):
        return
    seen: set[str] = set()
    for name in names:
        if not name:
            raise ValueError(f"one of the {what} has no id")
        if name in seen:
            raise ValueError(f"two {what} are called {name}")
        seen.add(name)


def _refuse_volunteers(instance: Instance, people: Volunteers) -> None:
    ids = people.id
    _first(_not_in(people.community, len(instance.communities.code)), ids, "volunteer {}: unknown community")
    _first(_not_in(people.tier, len(instance.tiers)), ids, "volunteer {}: unknown tier")
    _first(_not_in(people.patch + 1, len(instance.patches) + 1), ids, "volunteer {}: unknown patch")
    _first(_beyond(people.skills, len(instance.skills)), ids, "volunteer {}: unknown skill")
    _first(
        _beyond(people.available, instance.horizon.slots), ids, "volunteer {}: available outside the horizon"
    )
    _first(people.max_shifts < 0, ids, "volunteer {}: max_shifts is below 0")
    _first(
        _not_in(people.history, LONGEST_HISTORY + 1),
        ids,
        f"volunteer {{}}: history must be from 0 to {LONGEST_HISTORY}",
    )


def _refuse_posts(instance: Instance, posts: Posts) -> None:
    ids = posts.id
    _first(_not_places(posts.x_m, posts.y_m), ids, "post {}: its place is not in meters on Earth")
    _first(_not_in(posts.slot, instance.horizon.slots), ids, "post {}: its slot is outside the horizon")
    _first(np.any(posts.seats < 0, axis=1), ids, "post {}: seats are below 0")
    _first(_not_in(posts.skill + 1, len(instance.skills) + 1), ids, "post {}: unknown skill")
    _first((posts.seats[:, 2] > 0) & (posts.skill < 0), ids, "post {}: skilled seats name no skill")
    _first(_not_in(posts.weight - 1, HEAVIEST), ids, f"post {{}}: weight must be from 1 to {HEAVIEST}")
    _first(_not_in(posts.patch + 1, len(instance.patches) + 1), ids, "post {}: unknown patch")


def _refuse_pairs(instance: Instance, pairs: Pairs | None) -> None:
    if pairs is None:
        if instance.prices.pairs_only:
            raise ValueError("pairs_only without pairs would allow nobody anywhere")
        return
    rows = tuple(str(row) for row in range(1, len(pairs.km) + 1))
    _first(_not_in(pairs.volunteer, len(instance.volunteers.id)), rows, "pair {}: unknown volunteer")
    _first(_not_in(pairs.post, len(instance.posts.id)), rows, "pair {}: unknown post")
    _first(
        ~((pairs.km >= 0) & (pairs.km <= DEAREST_KM)),
        rows,
        f"pair {{}}: km must be from 0 to {DEAREST_KM:.0f}",
    )
    keys = pairs.volunteer.astype(np.int64) * max(1, len(instance.posts.id)) + pairs.post
    order = np.argsort(keys, kind="stable")
    again = np.zeros(len(keys), dtype=np.bool_)
    again[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    _first(again, rows, "pair {}: the same volunteer and post came before")


def _refuse_terms(instance: Instance, terms: Terms | None) -> None:
    if terms is None:
        return
    places, posts, people = instance.communities.code, instance.posts.id, instance.volunteers
    if terms.units.ndim != 2 or terms.units.shape[1] != len(posts) or terms.of.shape != (len(places),):
        raise ValueError(
            f"terms of the shapes {terms.of.shape} and {terms.units.shape}, for {len(places)} communities and "
            f"{len(posts)} posts"
        )
    _first(_not_in(terms.of, len(terms.units)), places, "community {}: unknown terms")
    if not terms.units.size:
        return
    # Where a seat could cost less than nothing, no plan without it would be cheaper than one with it.
    least = terms.units.min(axis=1).astype(np.int64)[terms.of[people.community]]
    calling = instance.tier_units()[people.tier]
    _first(calling + least < 0, people.id, "volunteer {}: the terms give back more than his tier costs")
    dear = (terms.units > DEAREST_KM * 100) & (terms.units != np.iinfo(np.int32).max)
    _first(np.any(dear, axis=0), posts, f"post {{}}: terms of more than {DEAREST_KM:.0f} km")


def _first(wrong: NDArray[np.bool_], names: tuple[str, ...], sentence: str) -> None:
    if wrong.any():
        raise ValueError(sentence.format(names[int(np.argmax(wrong))]))


def _not_in(values: NDArray[np.int32], many: int) -> NDArray[np.bool_]:
    return (values < 0) | (values >= many)


def _beyond(masks: NDArray[np.uint64], bits: int) -> NDArray[np.bool_]:
    return np.greater_equal(masks, np.uint64(1) << np.uint64(bits))


def _not_places(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    return ~((np.abs(x_m) <= FARTHEST_M) & (np.abs(y_m) <= FARTHEST_M))
