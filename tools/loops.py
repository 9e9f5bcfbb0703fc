"""Compile the loops of the dispatch kernel once, so that nobody's first plan of a large city waits for the compiler.

Where nothing can be kept on disk this does no harm, and each process compiles for itself.
"""

import numpy as np

from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.reroute import Reroute
from muster.kernel.dispatch.pools.shortest import ENOUGH
from muster.kernel.dispatch.pools.simplex import Tree


def main() -> None:
    """One flow of three arcs, with everything done to it that a search does."""
    tail, head = np.array([0, 0, 1], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    capacity, cost = np.array([2, 2, 2]), np.array([1, 3, 1])
    arcs = Arcs(tail, head, capacity, cost, np.zeros_like(cost))
    tree = Tree.of(3, tail, head, capacity=capacity, cost=cost, flow=np.array([0, 1, 0]))
    tree.improve()
    tree.charge(cost)
    Reroute(3, arcs, cost, tree.flow, tree.prices, searches=ENOUGH).around(1)


if __name__ == "__main__":
    main()
