"""Who plays at the same time: many communities at once, and never two that could want the same person.

A wave asks neighbors of the township when a community has too few people of its own. Then two communities may have asked one
person, and what becomes of the one depends on what the other did before. Such communities take a step one after the other, in
the order of their codes; all others take it side by side. So no thread's speed changes a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from django.db import connection, connections

from muster.web.drill.cast import Community
from muster.web.drill.settle import patient

One = TypeVar("One")

# Two web processes answer; while one player waits for a page, another reads his, and a third waits for a job.
PLAYERS = 6
# So many communities are under way together: enough for all players, few enough that nobody's session grows old meanwhile.
COMPANY = 24
SHARED = """
SELECT DISTINCT call.division_code, person.division_code
  FROM callups_offer offer
  JOIN callups_callup call ON call.id = offer.call_up_id
  JOIN people_person person ON person.id = offer.person_id
 WHERE call.code = ANY(%s) AND person.division_code <> call.division_code
"""


def companies(communities: Iterable[Community], size: int = COMPANY) -> Iterator[list[Community]]:
    """The communities in parts of about `size`, never a township in two: inside one, people are asked across."""
    company: list[Community] = []
    for community in communities:
        if len(company) >= size and community.township != company[-1].township:
            yield company
            company = []
        company.append(community)
    if company:
        yield company


@patient
def shared_by(call_up_codes: Sequence[str]) -> list[tuple[int, int]]:
    """(community, other community) wherever the first has asked somebody who lives in the other."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED, [list(call_up_codes)])
        return [(int(here), int(there)) for here, there in cursor.fetchall()]


def groups(places: Sequence[int], shared: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The places in groups that share nobody; each group in the order of `places`, as are the groups by their first."""
    leader: dict[int, int] = {}

    def find(place: int) -> int:
        while leader.setdefault(place, place) != place:
            place = leader[place]
        return place

    for here, there in shared:
        leader[find(there)] = find(here)
    found: dict[int, list[int]] = {}
    for place in places:
        found.setdefault(find(place), []).append(place)
    return list(found.values())


def side_by_side(
    pool: ThreadPoolExecutor, groups: Iterable[Sequence[One]], step: Callable[[One], None]
) -> None:
    """Take the step with every one: those of a group in their order, the groups at the same time.

    The first that fails ends it: what has not begun does not begin, what is under way is waited for.
    """
    stop = Event()

    def in_order(group: Sequence[One]) -> None:
        try:
            for one in group:
                if stop.is_set():
                    return
                step(one)
        except BaseException:
            stop.set()
            raise
        finally:
            # The thread may get no other turn, and a connection that nobody closes keeps its database in use.
            connections.close_all()

    futures = [pool.submit(in_order, group) for group in groups]
    try:
        wait(futures)
    except BaseException:  # Ctrl-C, in this thread
        stop.set()
        raise
    for future in futures:
        future.result()
