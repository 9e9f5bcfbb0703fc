"""Problems of assignment as folders: everybody to one post of one seat, each pair with a cost of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from muster.kernel.dispatch.pools import folder, plan_file
from muster.kernel.dispatch.pools.instance import Instance
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools.files import POSTS, VOLUNTEERS, laid

Costs = Sequence[Sequence[int]]
CONFIG = """{"days": 1, "shifts": 1, "tier_km": {"all": 0}, "fairness_km": 0, "patch_km": 0,
"seat_km": 100000, "pairs_only": true}"""


def question(path: Path, costs: Costs) -> Instance:
    """Row i is somebody, column j a post; a cost is in units of 10 m. The places themselves must not matter."""
    size = len(costs)
    people = [f"v{i},c{i},all,0,,d0s0,1,0," for i in range(size)]
    posts = [f"p{j},{j * 7919 % 5000},0,d0s0,1,0,0,,1," for j in range(size)]
    pairs = [f"v{i},p{j},{cost / 100}" for i, row in enumerate(costs) for j, cost in enumerate(row)]

    def lines(header: str, rows: list[str]) -> str:
        return "\n".join([header, *rows])

    return folder.read(
        laid(
            path,
            config_json=CONFIG,
            communities_csv=lines("code,x_m,y_m", [f"c{i},0,{i * 6007 % 9000}" for i in range(size)]),
            volunteers_csv=lines(VOLUNTEERS.splitlines()[0], people),
            posts_csv=lines(POSTS.splitlines()[0], posts),
            pairs_csv=lines("volunteer,post,km", pairs),
        )
    )


def least(path: Path, costs: Costs) -> int:
    """The cost of the plan, which fills every seat, is proven and stands its check."""
    instance = question(path, costs)
    plan = solve(instance)
    assert violations(instance, plan) == ()
    assert (plan.status, len(plan.post)) == ("proven", len(costs))
    return round(plan_file.figures(instance, plan)[0] * 100)


def test_the_example_of_the_hungarian_method_has_its_optimum(tmp_path: Path) -> None:
    """Kuhn 1955: four people rated for four jobs; the best sum of ratings is 27, so that 4 x 9 less 27 is the least."""
    ratings = [[8, 7, 9, 9], [5, 2, 7, 8], [6, 1, 4, 9], [2, 3, 2, 6]]

    assert least(tmp_path, [[9 - rating for rating in row] for row in ratings]) == 4 * 9 - 27


def test_the_transport_of_dantzig_has_its_optimum(tmp_path: Path) -> None:
    """Dantzig 1963, the first model of GAMS: 350 and 600 cases for 325, 300 and 275, at least for 153,675 dollars."""
    rates = {"seattle": (225, 153, 162), "san-diego": (225, 162, 126)}
    people = [f"{town}-{at}" for town, many in (("seattle", 350), ("san-diego", 600)) for at in range(many)]
    posts = ("new-york", "chicago", "topeka")
    instance = folder.read(
        laid(
            tmp_path,
            config_json=CONFIG,
            communities_csv="code,x_m,y_m\nhere,0,0\n",
            volunteers_csv="\n".join(
                [VOLUNTEERS.splitlines()[0], *(f"{name},here,all,0,,d0s0,1,0," for name in people)]
            ),
            posts_csv="\n".join(
                [
                    POSTS.splitlines()[0],
                    *(f"{p},0,0,d0s0,{d},0,0,,1," for p, d in zip(posts, (325, 300, 275), strict=True)),
                ]
            ),
            # One dollar a case is one kilometer.
            pairs_csv="\n".join(
                [
                    "volunteer,post,km",
                    *(
                        f"{name},{post},{rate}"
                        for name in people
                        for post, rate in zip(posts, rates[name.rpartition("-")[0]], strict=True)
                    ),
                ]
            ),
        )
    )

    plan = solve(instance)

    assert (plan.status, len(plan.post), violations(instance, plan)) == ("proven", 900, ())
    assert plan_file.figures(instance, plan) == (153_675.0, 153_675.0)


@pytest.mark.parametrize("size", [2, 7, 20])
def test_products_cost_least_against_the_grain(tmp_path: Path, size: int) -> None:
    """The instances of Machol and Wien, c = i x j, hard for many methods; the largest row must meet the smallest column.

    By the rearrangement inequality the optimum is the sum of i (n + 1 - i), n (n + 1) (n + 2) / 6.
    """
    costs = [[i * j for j in range(1, size + 1)] for i in range(1, size + 1)]

    assert least(tmp_path, costs) == size * (size + 1) * (size + 2) // 6


@pytest.mark.parametrize("size", [3, 15])
def test_a_hidden_assignment_is_found(tmp_path: Path, size: int) -> None:
    """Row and column charges plus nothing on one permutation and something elsewhere: the permutation is the optimum."""
    draw = np.random.default_rng(size)
    row, column = draw.integers(0, 500, size), draw.integers(0, 500, size)
    hidden = draw.permutation(size)
    costs = row[:, None] + column[None, :] + draw.integers(1, 300, (size, size))
    costs[np.arange(size), hidden] = row + column[hidden]

    assert least(tmp_path, costs.tolist()) == int(row.sum() + column.sum())


def narrow(draw: np.random.Generator, size: int) -> Costs:
    """Many ties."""
    return draw.integers(0, 4, (size, size)).tolist()


def wide(draw: np.random.Generator, size: int) -> Costs:
    """Hardly a tie, up to 10,000 km."""
    return draw.integers(0, 1_000_000, (size, size)).tolist()


def steep(draw: np.random.Generator, size: int) -> Costs:
    """Some people are dear everywhere, some posts are dear for everybody."""
    return (draw.integers(1, 1000, (size, 1)) * draw.integers(1, 1000, (1, size))).tolist()


@pytest.mark.parametrize("family", [narrow, wide, steep])
@pytest.mark.parametrize("size", [5, 16])
def test_the_optimum_is_that_of_another_solver(
    tmp_path: Path, family: Callable[[np.random.Generator, int], Costs], size: int
) -> None:
    costs = family(np.random.default_rng(size), size)
    rows, columns = linear_sum_assignment(np.array(costs))

    assert least(tmp_path, costs) == int(np.array(costs)[rows, columns].sum())


def test_the_human_rule_pays_for_taking_the_nearest_first(tmp_path: Path) -> None:
    instance = question(tmp_path, [[0, 1], [1, 100]])

    first = nearest_first(instance)

    assert round(plan_file.figures(instance, first)[0] * 100) == 100
    assert round(plan_file.figures(instance, solve(instance))[0] * 100) == 2
