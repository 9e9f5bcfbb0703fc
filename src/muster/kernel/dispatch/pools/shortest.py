"""The shortest way between two nodes of a network, looked for from both ends; for many searches as machine code.

Everything hangs together through the ground, so a search from one end alone would look at half of a city before it comes to
the other.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from muster.kernel.dispatch.pools.instance import Flags, Ints, Longs
from muster.kernel.dispatch.pools.potentials import FAR

# So many arcs to be looked at, at worst, earn back the second that it takes to load the compiler.
ENOUGH = 4_000_000

Graph = tuple[Longs, Longs, Ints, Ints, Longs, Longs, Longs, Flags, Longs]
Marks = tuple[Longs, Longs, Longs]
Search = Callable[[Graph, Marks, int, int, int], tuple[int, int, int, int, int]]


def meeting(graph: Graph, marks: Marks, start: int, goal: int, within: int) -> tuple[int, int, int, int, int]:
    """(length, node, reach, many, many): how long the shortest way is, `within` when none is shorter; a node in the middle of
    it, -1 without one; how far the search from the start was complete; and how many nodes were seen from either end.

    The graph: the links of a node lie in `links` from `first[node]` on; `tail`, `head`, `cost`, `flow`, `capacity`, `shut` of
    arcs; `prices` of nodes. A link is 2 x arc, or 2 x arc + 1 for its way back. Lengths less the difference of prices are
    taken for 0 where they are below. The marks have a row for each end: the distances of the nodes seen, which must be FAR
    before, the links by which they were, and which nodes these are.
    """
    far, came, seen = marks
    first, links, tail, head, cost, flow, capacity, shut, prices = graph
    best: Any = within
    middle: Any = -1
    ends = (start, goal)
    many, work, top = [1, 1], [0, 0], [0, 0]
    heaps: list[list[Any]] = [[(0, start)], [(0, goal)]]
    for side in range(2):
        far[side, ends[side]] = 0
        seen[side, 0] = ends[side]
    while top[0] + top[1] < best:
        side = 0
        if len(heaps[1]) > 0 and (len(heaps[0]) == 0 or work[1] < work[0]):
            side = 1
        heap = heaps[side]
        distance, node = heapq.heappop(heap)
        if distance == far[side, node]:
            work[side] += first[node + 1] - first[node]
            for at in range(first[node], first[node + 1]):
                # From the goal, ways are followed against their direction.
                link = links[at] ^ side
                arc = link >> 1
                if link & 1:
                    if flow[arc] <= 0:
                        continue
                    step = prices[head[arc]] - prices[tail[arc]] - cost[arc]
                else:
                    if shut[arc] or flow[arc] >= capacity[arc]:
                        continue
                    step = prices[tail[arc]] - prices[head[arc]] + cost[arc]
                offer = distance + max(step, 0)
                to = np.int64(head[arc] if (link & 1) == side else tail[arc])
                if offer >= far[side, to] or offer >= best:
                    continue
                if far[side, to] >= FAR:
                    seen[side, many[side]] = to
                    many[side] += 1
                far[side, to] = offer
                came[side, to] = link
                heapq.heappush(heap, (offer, to))
                if offer + far[1 - side, to] < best:
                    best, middle = offer + far[1 - side, to], to
        top[side] = heap[0][0] if len(heap) > 0 else best
    return best, middle, min(top[0], best), many[0], many[1]


def search_for(arcs: int) -> Search:
    """`meeting`, ready for searches that look at so many arcs together."""
    return meeting if arcs < ENOUGH else _swift()


@cache
def _swift() -> Search:
    from muster.kernel.dispatch.pools.compiled import compiled  # noqa: PLC0415 - loads a compiler, rarely needed

    return compiled(meeting)
