"""From folder to plan: the order of rows and columns changes nothing, and a plan in force is kept to where that is dear."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from muster.kernel.dispatch.pools import folder, plan_file
from muster.kernel.dispatch.pools.instance import Incumbent, Instance
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations, violations_of
from muster.kernel.dispatch.pools.solution import Solution, solve


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shortage, on two days with one shift each, so that no rule of rest stands between plan and proof."""
    path = tmp_path_factory.mktemp("town")
    folder.write(path, made(240, 24, days=2, tight=2.2, seed=9))
    return path


def mixed(path: Path, out: Path, seed: int) -> Path:
    """The same folder with the rows and columns of every file in another order."""
    chance = random.Random(seed)  # noqa: S311  # a test folder, no secret
    out.mkdir()
    for file in path.iterdir():
        if file.suffix == ".json":
            config = list(json.loads(file.read_text()).items())
            chance.shuffle(config)
            (out / file.name).write_text(json.dumps(dict(config)))
            continue
        header, *rows = (line.split(",") for line in file.read_text().splitlines())
        columns = list(range(len(header)))
        chance.shuffle(columns)
        chance.shuffle(rows)
        lines = [",".join(row[at] for at in columns) for row in (header, *rows)]
        (out / file.name).write_text("\n".join(lines))
    return out


def written(instance: Instance, plan: Solution, path: Path) -> bytes:
    plan_file.write(path, instance, replace(plan, seconds={}), peak_mb=0)
    return path.read_bytes()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("rule", [solve, nearest_first])
def test_another_order_of_rows_and_columns_gives_the_same_bytes(
    town: Path, tmp_path: Path, seed: int, rule: object
) -> None:
    plans = []
    for path in (town, mixed(town, tmp_path / "mixed", seed)):
        instance = folder.read(path)
        plan = solve(instance) if rule is solve else nearest_first(instance)
        plans.append(written(instance, plan, tmp_path / "plan.json"))

    assert plans[0] == plans[1]


def test_names_of_any_script_come_back_as_they_were(town: Path, tmp_path: Path) -> None:
    instance = folder.read(town)
    odd = (
        "a,b",
        'say "yes"',
        "two\nlines",
        "陈阿姨",
        "emoji 🚒",
        "back\\slash",
        "{brace}",
        "ｆｕｌｌ",
        "\u202eright",
        "'=1+1",
    )
    ids = tuple(sorted((*odd, *instance.volunteers.id[len(odd) :])))
    instance = replace(instance, volunteers=replace(instance.volunteers, id=ids))

    folder.write(tmp_path / "again", instance)
    again = folder.read(tmp_path / "again")
    plan = solve(again)
    written(again, plan, tmp_path / "plan.json")
    said = plan_file.read(tmp_path / "plan.json")

    assert again.volunteers.id == ids
    assert [name for name, _ in said.pairs] == [ids[at] for at in plan.volunteer.tolist()]
    assert violations_of(again, plan_file.claim(said, again)) == ()


def kept_at(town: Path, keep_km: float, tmp_path: Path) -> tuple[int, Solution, Instance, Incumbent]:
    """Seats of the plan in force that stay when six decline, and the new plan."""
    before = folder.read(town)
    first = solve(before)
    written(before, first, tmp_path / "force.json")
    config = json.loads((town / "config.json").read_text()) | {"keep_km": keep_km}
    now = tmp_path / f"at {keep_km}"
    now.mkdir()
    for name in ("communities.csv", "volunteers.csv", "posts.csv"):
        (now / name).write_bytes((town / name).read_bytes())
    (now / "config.json").write_text(json.dumps(config))
    instance = folder.read(now)
    incumbent = Incumbent.of(instance, plan_file.read(tmp_path / "force.json").pairs)
    gone = frozenset(before.volunteers.id[at] for at in first.volunteer[:6].tolist())
    plan = solve(instance, incumbent=incumbent, declined=gone)
    assert violations(instance, plan, incumbent, declined=gone) == ()
    pairs = set(zip(incumbent.volunteer.tolist(), incumbent.post.tolist(), strict=True))
    kept = sum(row in pairs for row in zip(plan.volunteer.tolist(), plan.post.tolist(), strict=True))
    return kept, plan, instance, incumbent


def test_the_dearer_a_change_the_more_stays(town: Path, tmp_path: Path) -> None:
    free, dear = kept_at(town, 0, tmp_path), kept_at(town, 50, tmp_path)

    assert free[0] < dear[0]
    # As many seats are filled; only who stands where costs more than it could.
    assert free[1].empty.sum() == dear[1].empty.sum()
    assert dear[1].seat_value >= dear[2].prices.seat_value


def test_a_file_of_a_plan_against_another_stands_only_beside_it(town: Path, tmp_path: Path) -> None:
    _, plan, instance, incumbent = kept_at(town, 50, tmp_path)
    written(instance, plan, tmp_path / "plan.json")
    claim = plan_file.claim(plan_file.read(tmp_path / "plan.json"), instance)

    assert violations_of(instance, claim, incumbent) == ()
    codes = {one.code for one in violations_of(instance, claim)}
    assert "wrong_objective" in codes
    assert codes <= {"wrong_objective", "bound_too_high", "not_proven"}


def test_a_plan_in_force_that_names_people_and_posts_of_before_is_read(town: Path, tmp_path: Path) -> None:
    instance = folder.read(town)
    written(instance, solve(instance), tmp_path / "force.json")
    force = json.loads((tmp_path / "force.json").read_text())
    force["assign"] += [dict(force["assign"][0], volunteer="gone"), dict(force["assign"][0], post="closed")]
    (tmp_path / "force.json").write_text(json.dumps(force))

    incumbent = Incumbent.of(instance, plan_file.read(tmp_path / "force.json").pairs)

    assert len(incumbent.post) == len(force["assign"]) - 2
