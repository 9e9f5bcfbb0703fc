"""The loops of the network simplex: a flow on a spanning tree, and one pivot after another until it is the cheapest.

Every arc of the tree has room for more on the way from the root outwards ("strongly feasible"). So no sequence of pivots comes
back to where it was, and the price of a node is the length of the shortest way to it through what is still free.
After W. H. Cunningham, "A network simplex method", Mathematical Programming 11 (1976), with root and leaves exchanged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.compiled import compiled
from muster.kernel.dispatch.pools.instance import Flags, Ints, Longs

States = NDArray[np.int8]
# What an arc is: in the tree or closed, without flow, full, or in between and still to be brought into the tree or to an end.
INSIDE, BARE, FULL, BETWEEN = 0, 1, -1, 2
# Columns of `links`; CHILD, NEXT and BEFORE are the list of the children of a node.
PARENT, ARC, DEPTH, CHILD, NEXT, BEFORE = range(6)
NONE, UNSEEN = -1, -2
ROOT = 0
ENDLESS = 1 << 60
# A search for prices that looks at every arc so often on average has met a circle.
PATIENCE = 40


class Basis(NamedTuple):
    """Arcs with their flow and state, and the tree: `links` (nodes, 6) and `price` (nodes,), which is 0 at the root."""

    tail: Ints
    head: Ints
    capacity: Longs
    cost: Longs
    flow: Longs
    state: States
    links: Ints
    price: Longs


class Ways(NamedTuple):
    """Where one more could go from each node: over `found[first[node]:first[node + 1]]`, an arc as it is from its tail, and as
    `-1 - arc` from its head."""

    first: Longs
    found: Ints


@compiled
def ways_of(basis: Basis, ahead: Flags, back: Flags) -> Ways:
    """All ways over arcs `ahead` from their tails and arcs `back` from their heads."""
    nodes, tail, head = len(basis.price), basis.tail, basis.head
    first = np.zeros(nodes + 1, np.int64)
    for arc in range(len(tail)):
        first[tail[arc] + 1] += ahead[arc]
        first[head[arc] + 1] += back[arc]
    for node in range(nodes):
        first[node + 1] += first[node]
    place = first[:-1].copy()
    found = np.empty(first[nodes], np.int32)
    for arc in range(len(tail)):
        if ahead[arc]:
            found[place[tail[arc]]] = arc
            place[tail[arc]] += 1
        if back[arc]:
            found[place[head[arc]]] = -1 - arc
            place[head[arc]] += 1
    return Ways(first, found)


@compiled
def shortest(basis: Basis, ways: Ways) -> bool:
    """Writes the shortest way from the root to each node into the prices. False when it met a circle below 0."""
    tail, head, cost, price = basis.tail, basis.head, basis.cost, basis.price
    first, found = ways.first, ways.found
    nodes = len(price)
    price[:] = ENDLESS
    price[ROOT] = 0
    queue, waits = np.empty(nodes + 1, np.int32), np.zeros(nodes, np.bool_)
    queue[0], waits[ROOT] = ROOT, True
    begin, end, looked = 0, 1, 0
    while begin != end:
        node = queue[begin]
        begin = 0 if begin == nodes else begin + 1
        waits[node] = False
        here = price[node]
        looked += first[node + 1] - first[node]
        if looked > PATIENCE * len(found) or price[ROOT] < 0:
            return False
        for at in range(first[node], first[node + 1]):
            arc = found[at]
            if arc >= 0:
                to, offer = head[arc], here + cost[arc]
            else:
                to, offer = tail[-1 - arc], here - cost[-1 - arc]
            if offer < price[to]:
                price[to] = offer
                if not waits[to]:
                    waits[to] = True
                    queue[end] = to
                    end = 0 if end == nodes else end + 1
    return True


@compiled
def rooted(basis: Basis, ways: Ways, both: Flags) -> Ints:
    """Writes a tree of ways into `links`, with as many of the arcs `both` as it can hold, which are ways from either end.

    The nodes of the tree, parents first.
    """
    tail, head, links = basis.tail, basis.head, basis.links
    links[:] = NONE
    links[:, PARENT] = UNSEEN
    links[ROOT, PARENT] = NONE
    seen, stack = np.empty(len(links), np.int32), np.empty(len(links), np.int32)
    seen[0], looked = ROOT, 0
    many = _tied(basis, ways, both, (seen, stack), 1)
    while looked < many:
        node = seen[looked]
        looked += 1
        for at in range(ways.first[node], ways.first[node + 1]):
            arc = ways.found[at]
            own = max(arc, -1 - arc)
            to = head[own] if arc >= 0 else tail[own]
            if links[to, PARENT] == UNSEEN:
                links[to, PARENT], links[to, ARC] = node, own
                seen[many] = to
                # Who is tied to a node both ways belongs to it before anything else does.
                many = _tied(basis, ways, both, (seen, stack), many + 1)
    return seen[:many]


@compiled
def _tied(basis: Basis, ways: Ways, both: Flags, room: tuple[Ints, Ints], many: int) -> int:
    """Adds to the tree what hangs together with the last of the `many` nodes by arcs `both`; how many there are then."""
    first, found, links = ways.first, ways.found, basis.links
    seen, stack = room
    stack[0], waiting = seen[many - 1], 1
    while waiting:
        waiting -= 1
        node = stack[waiting]
        for at in range(first[node], first[node + 1]):
            own = max(found[at], -1 - found[at])
            if both[own]:
                to = basis.tail[own] if basis.head[own] == node else basis.head[own]
                if links[to, PARENT] == UNSEEN:
                    links[to, PARENT], links[to, ARC] = node, own
                    seen[many], stack[waiting] = to, to
                    many += 1
                    waiting += 1
    return many


@compiled
def hung(basis: Basis, order: Ints) -> None:
    """From parents and arcs everything else: lists of children, depths, prices and states. `order`: parents first."""
    links = basis.links
    for arc in range(len(basis.tail)):
        if basis.capacity[arc] == 0:
            basis.state[arc] = INSIDE
        elif basis.flow[arc] == 0:
            basis.state[arc] = BARE
        else:
            basis.state[arc] = FULL if basis.flow[arc] == basis.capacity[arc] else BETWEEN
    links[ROOT, DEPTH] = 0
    basis.price[ROOT] = 0
    for at in range(1, len(order)):
        node = order[at]
        parent, arc = links[node, PARENT], links[node, ARC]
        basis.state[arc] = INSIDE
        links[node, DEPTH] = links[parent, DEPTH] + 1
        out = basis.head[arc] == node
        basis.price[node] = basis.price[parent] + (basis.cost[arc] if out else -basis.cost[arc])
        _adopt(links, node, parent)


@compiled
def _adopt(links: Ints, node: int, parent: int) -> None:
    eldest = links[parent, CHILD]
    links[node, PARENT], links[node, BEFORE], links[node, NEXT] = parent, NONE, eldest
    if eldest >= 0:
        links[eldest, BEFORE] = node
    links[parent, CHILD] = node


@compiled
def _leave(links: Ints, node: int) -> None:
    before, after = links[node, BEFORE], links[node, NEXT]
    if before >= 0:
        links[before, NEXT] = after
    else:
        links[links[node, PARENT], CHILD] = after
    if after >= 0:
        links[after, BEFORE] = before


@compiled
def repriced(basis: Basis, stack: Ints) -> None:
    """All prices anew, after costs have changed."""
    stack[0], waiting = basis.links[ROOT, CHILD], 1
    while waiting:
        waiting -= 1
        node = stack[waiting]
        while node >= 0:
            arc, parent = basis.links[node, ARC], basis.links[node, PARENT]
            out = basis.head[arc] == node
            basis.price[node] = basis.price[parent] + (basis.cost[arc] if out else -basis.cost[arc])
            if basis.links[node, CHILD] >= 0:
                stack[waiting] = basis.links[node, CHILD]
                waiting += 1
            node = basis.links[node, NEXT]


@compiled
def _apex(links: Ints, one: int, other: int) -> int:
    while one != other:
        if links[one, DEPTH] >= links[other, DEPTH]:
            one = links[one, PARENT]
        else:
            other = links[other, PARENT]
    return one


@compiled
def _sent(basis: Basis, node: int, apex: int, more: int) -> None:
    """So many more, or fewer when below 0, go from the apex out to the node."""
    while node != apex:
        arc = basis.links[node, ARC]
        basis.flow[arc] += more if basis.head[arc] == node else -more
        node = basis.links[node, PARENT]


@compiled
def _pivot(basis: Basis, arc: int, way: int, stack: Ints) -> None:
    """As much as can be goes over the arc, forward (`way` 1) or back (-1), and round through the tree. What blocks leaves."""
    flow, capacity, links = basis.flow, basis.capacity, basis.links
    start, end = basis.tail[arc], basis.head[arc]
    if way < 0:
        start, end = end, start
    apex = _apex(links, start, end)

    # Of all that block, the first on the way round from the apex leaves; else the tree would lose its promise.
    most = capacity[arc] - flow[arc] if way > 0 else flow[arc]
    leaves, hangs, to = NONE, NONE, NONE
    least, node, nearest = ENDLESS, start, NONE
    while node != apex:
        own = links[node, ARC]
        room = capacity[own] - flow[own] if basis.head[own] == node else flow[own]
        if room <= least:
            least, nearest = room, node
        node = links[node, PARENT]
    if least <= most:
        most, leaves, hangs, to = least, nearest, start, end
    node = end
    while node != apex:
        own = links[node, ARC]
        room = capacity[own] - flow[own] if basis.tail[own] == node else flow[own]
        if room < most:
            most, leaves, hangs, to = room, node, end, start
        node = links[node, PARENT]

    if most > 0:
        flow[arc] += way * most
        _sent(basis, start, apex, most)
        _sent(basis, end, apex, -most)
    if leaves == NONE:
        basis.state[arc] = BARE if flow[arc] == 0 else FULL
        return
    own = links[leaves, ARC]
    basis.state[own] = BARE if flow[own] == 0 else FULL
    basis.state[arc] = INSIDE
    _rehung(basis, arc, leaves, (hangs, to), stack)


@compiled
def _rehung(basis: Basis, arc: int, leaves: int, ends: tuple[int, int], stack: Ints) -> None:
    """The part of the tree below `leaves` now hangs by the first of the arc's ends on the second."""
    links, price = basis.links, basis.price
    hangs, to = ends
    node, parent, by = hangs, to, arc
    while True:
        above, old = links[node, PARENT], links[node, ARC]
        _leave(links, node)
        _adopt(links, node, parent)
        links[node, ARC] = by
        if node == leaves:
            break
        node, parent, by = above, node, old
    more = price[to] - price[hangs] + (basis.cost[arc] if basis.head[arc] == hangs else -basis.cost[arc])
    stack[0], waiting = hangs, 1
    while waiting:
        waiting -= 1
        node = stack[waiting]
        price[node] += more
        links[node, DEPTH] = links[links[node, PARENT], DEPTH] + 1
        child = links[node, CHILD]
        while child >= 0:
            stack[waiting] = child
            waiting += 1
            child = links[child, NEXT]


@compiled
def improved(basis: Basis, most: int) -> int:
    """Pivots until nothing can be saved, or at least `most` were made; how many were made.

    All that could save something is noted with how much, and taken in that order as long as it still saves half of it: a
    third of the pivots of a search in blocks.
    """
    tail, head, cost, state, price = basis.tail, basis.head, basis.cost, basis.state, basis.price
    stack = np.empty(len(price), np.int32)
    made = 0
    for arc in range(len(state)):
        if state[arc] == BETWEEN:
            _pivot(basis, arc, 1 if cost[arc] + price[tail[arc]] <= price[head[arc]] else -1, stack)
            made += 1
    found, saving = np.empty(len(state), np.int32), np.empty(len(state), np.int64)
    while made < most:
        many = 0
        for arc in range(len(state)):
            saves = state[arc] * (cost[arc] + price[tail[arc]] - price[head[arc]])
            if saves < 0:
                found[many], saving[many] = arc, saves
                many += 1
        if not many:
            break
        for at in np.argsort(saving[:many]):
            arc = found[at]
            saves = state[arc] * (cost[arc] + price[tail[arc]] - price[head[arc]])
            if 2 * saves <= saving[at]:
                _pivot(basis, arc, state[arc], stack)
                made += 1
    return made
