"""After the step of the bootstrap a plan of a large city compiles nothing more."""

import pytest

from muster.kernel.dispatch.pools import basis, shortest, warm
from muster.kernel.dispatch.pools.instance import Incumbent
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.test_laws import town
from tools import loops


def compiled_for() -> dict[str, list[object]]:
    """By loop, for which kinds of arguments it has been compiled."""
    public = {name: loop for name, loop in vars(basis).items() if not name.startswith("_")}
    found = {name: loop for name, loop in public.items() if hasattr(loop, "signatures")}
    found["meeting"] = shortest.search_for(shortest.ENOUGH)
    return {name: list(loop.signatures) for name, loop in found.items()}


def test_the_step_compiles_all_that_a_search_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    loops.main()
    before = compiled_for()
    monkeypatch.setattr(warm, "LARGE", 0)
    instance = tiny.instance_of(town(60, 30, 1, keep_km=1.0))

    plan = solve(instance)
    again = solve(
        instance, incumbent=Incumbent(plan.volunteer, plan.post), declined={instance.volunteers.id[0]}
    )

    assert plan.status == again.status == "proven"
    assert {"improved", "rooted", "shortest", "repriced", "meeting"} < set(before)
    assert all(len(kinds) > 0 for kinds in before.values())
    assert compiled_for() == before
