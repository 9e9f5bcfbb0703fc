"""Days with rest as one linear program for HiGHS, the third baseline: every column of the search, and a row for each rest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.linear_solver.python import model_builder
from scipy.sparse import csr_matrix

from muster.kernel.dispatch.pools.instance import Instance, Longs
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search

# A value that is this far from whole is a half person and not a rounding of the solver.
WHOLE = 1e-6


@dataclass(frozen=True)
class Answer:
    """`objective` in units, None when the time was over before; `parts`: arcs with a part of a person; `seconds` of HiGHS."""

    objective: float | None
    parts: int
    rows: int
    columns: int
    seconds: float


def solved(instance: Instance, *, seconds: float) -> Answer:
    """The best over the columns that a proven search without rest ends with; HiGHS gets so many seconds.

    Where no arc carries a part of a person, it is a plan.
    """
    search = Search(instance)
    outcome = search.run(Limits(), lambda stage, figures: None)
    arcs, nodes = outcome.arcs, outcome.network.nodes
    rest_row, rest_arc = _rest(search, outcome)
    rests = int(rest_row.max(initial=-1)) + 1
    every = np.arange(len(arcs))
    # What leaves a node, less what enters it, is its supply; and of the arcs of each rest at most one is used.
    rows = np.concatenate([arcs.tail, arcs.head, nodes + rest_row])
    columns = np.concatenate([every, every, rest_arc])
    signs = np.concatenate([np.ones(len(arcs)), -np.ones(len(arcs)), np.ones(len(rest_row))])
    table = csr_matrix((signs, (rows, columns)), shape=(nodes + rests, len(arcs)))
    supply = outcome.network.supply.astype(np.float64)
    # Its types know neither that it may be made nor that it takes arrays.
    builder: Any = model_builder
    model = builder.Model()
    model.helper.fill_model_from_sparse_data(
        np.zeros(len(arcs)),
        arcs.capacity.astype(np.float64),
        (arcs.units + arcs.halves * (outcome.seat_value // 2)).astype(np.float64),
        np.concatenate([supply, np.full(rests, -np.inf)]),
        np.concatenate([supply, np.ones(rests)]),
        table,
    )
    solver = model_builder.Solver("HIGHS_LP")
    solver.enable_output(False)
    solver.set_time_limit_in_seconds(seconds)
    begun = time.perf_counter()
    status = solver.solve(model)
    took = time.perf_counter() - begun
    is_best = status == model_builder.SolveStatus.OPTIMAL
    values = np.asarray(solver.values(model.get_variables())) if is_best else np.zeros(0)
    parts = int(np.count_nonzero(np.abs(values - np.rint(values)) > WHOLE))
    return Answer(solver.objective_value if is_best else None, parts, nodes + rests, len(arcs), took)


def _rest(search: Search, outcome: Outcome) -> tuple[Longs, Longs]:
    """(row, arc): for each person and rest pair a row, with the arcs that put him into either of its slots."""
    network, groups = outcome.network, outcome.groups
    slots = search.instance.posts.slot
    pools, direct = network.parts["pools"], network.parts["direct"]
    to_post = search.asks.type_post[outcome.arcs.head[direct] - network.first_type]
    group = np.concatenate([network.pool_group, network.direct_group])
    slot = np.concatenate([search.asks.cell_slot[network.pool_cell], slots[to_post]])
    arc = np.concatenate([np.arange(pools.start, pools.stop), np.arange(direct.start, direct.stop)])
    rests = search.instance.horizon.rest_slots
    keys, arcs = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for at, pair in enumerate(rests):
        first, then = (groups.available >> np.uint64(one) & np.uint64(1) for one in pair)
        bound = (first & then & (groups.most > 1)).astype(np.bool_)
        mine = np.flatnonzero(bound[group] & np.isin(slot, pair))
        keys.append(group[mine].astype(np.int64) * len(rests) + at)
        arcs.append(arc[mine])
    rows: Longs = np.unique(np.concatenate(keys), return_inverse=True)[1].astype(np.int64)
    return rows, np.concatenate(arcs)
