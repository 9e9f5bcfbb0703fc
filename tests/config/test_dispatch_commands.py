"""`muster dispatch` from end to end: what it writes, what it says in both languages, and exit codes for scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import dispatch
from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools.made import made
from tests.config.dispatching import CHINESE, ENGLISH, muster, solved, where
from tests.config.ground import SOURCE
from tests.kernel.dispatch.pools.files import CONFIG, VOLUNTEERS, laid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid(tmp_path / "question")


def test_every_command_of_the_group_says_what_it_does() -> None:
    names = {command.callback.__name__ for command in dispatch.app.registered_commands if command.callback}

    assert names == {"solve", "greedy", "check", "make"}
    assert all(command.callback and command.callback.__doc__ for command in dispatch.app.registered_commands)


def test_a_folder_is_solved_written_and_stands_its_check(folder: Path) -> None:
    out = folder.parent / "plan.json"

    result = muster("solve", folder, "--out", out)

    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "3 volunteers (3 available), 2 posts, 3 seats.",
        "Filled: 3. Empty: 0 (general seats 0, backbone seats 0, skilled seats 0).",
        "Costs: 16.25 km in all; on average 1.92 km of travel, 4.00 km at most.",
        "Proven: no plan fills more, and none that fills as much costs less.",
    ]
    assert re.fullmatch(r"[\d.]+ s, [\d,]+ MB\.", lines[4])
    assert lines[5] == f"The plan is in {out}."
    assert where(json.loads(out.read_text())) == {"ann": "gate", "bo": "tent", "cy": "gate"}
    check = muster("check", folder, out)
    assert (check.exit_code, check.stdout) == (0, "The plan stands: 3 seats filled, 0 empty, 16.25 km.\n")


def test_the_same_folder_gives_the_same_bytes_but_for_time_and_memory(folder: Path) -> None:
    plans = [solved(folder) for _ in range(2)]

    for plan in plans:
        assert set(plan) == {
            *("status", "objective_km", "lower_bound_km", "empty", "assign", "seconds", "peak_mb")
        }
        assert plan.pop("peak_mb") > 10
        assert {"read", "check", "explain"} < set(plan.pop("seconds"))
    assert json.dumps(plans[0]) == json.dumps(plans[1])


SHORT = (
    "id,x_m,y_m,slot,general,backbone,skilled,skill,weight,patch\n"
    "gate,0,0,d0s0,9,0,0,,1,\ntent,0,0,d0s0,0,0,1,diver,1,\nward,0,0,d0s0,1,0,0,,3,\n"
)


def test_explain_says_why_seats_are_empty_and_writes_it_down(folder: Path) -> None:
    (folder / "posts.csv").write_text(SHORT)
    out = folder.parent / "plan.json"

    result = muster("solve", folder, "--out", out, "--explain")
    plan = json.loads(out.read_text())

    assert result.stdout.splitlines()[-2:] == [
        "Empty: 7 seats at gate: 3 people, who can fill 3, for 9 seats at 1 posts that share them.",
        "Empty: 1 seats at tent: nobody who has what it takes is free.",
    ]
    assert {row["post"]: row["reason"] for row in plan["empty"]} == {
        "gate": "fewer_qualified_than_seats",
        "tent": "nobody_qualified",
    }
    told = plan["explanation"]
    assert list(told) == ["proven", "rings", "empty", "assign", "prices"]
    assert told["rings"][told["empty"][0]["ring"]] == {
        "people": 3,
        "capacity": 3,
        "seats": 9,
        "in_full": False,
        "posts": [["gate", "general"]],
    }
    assert [row["volunteer"] for row in told["assign"]] == [row["volunteer"] for row in plan["assign"]]
    assert {row["price_km"] for row in told["prices"]} == {None}
    assert muster("check", folder, out).exit_code == 0


def test_reasons_are_in_the_plan_also_without_explain_and_of_the_human_rule(folder: Path) -> None:
    (folder / "posts.csv").write_text(SHORT)
    out = folder.parent / "greedy.json"

    assert "explanation" not in solved(folder)
    assert muster("greedy", folder, "--out", out).exit_code == 0
    assert [row["reason"] for row in json.loads(out.read_text())["empty"]] == [
        row["reason"] for row in solved(folder)["empty"]
    ]


def test_the_same_folder_gives_the_same_explanation(folder: Path) -> None:
    one, other = (solved(folder, "--explain")["explanation"] for _ in range(2))

    assert json.dumps(one) == json.dumps(other)


def test_without_out_only_the_summary_is_shown(folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))

    result = muster("solve", folder)

    assert result.exit_code == 0
    assert "The plan is in" not in result.stdout
    assert sorted(folder.parent.rglob("*")) == before


def test_nothing_but_the_summary_is_said_where_nobody_looks(folder: Path) -> None:
    assert muster("solve", folder).stderr == ""


def test_those_who_declined_are_not_sent(folder: Path) -> None:
    ids = folder.parent / "ids.txt"
    ids.write_text("bo\n")

    plan = solved(folder, "--declined", ids)

    assert where(plan) == {"ann": "gate", "cy": "gate"}
    assert [(row["post"], row["kind"], row["seats"]) for row in plan["empty"]] == [("tent", "skilled", 1)]
    assert muster("check", folder, folder.parent / "plan.json", "--declined", ids).exit_code == 0


def test_a_plan_that_sends_who_declined_is_wrong(folder: Path) -> None:
    ids = folder.parent / "ids.txt"
    ids.write_text("bo\n")
    solved(folder)

    result = muster("check", folder, folder.parent / "plan.json", "--declined", ids)

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "The plan does not stand its check. What is wrong: 1",
        "bo at tent: has declined, and is sent all the same.",
    ]


def test_the_plan_in_force_is_kept_at_its_price(folder: Path) -> None:
    (folder / "config.json").write_text(CONFIG.replace('keep_km": 0', 'keep_km": 50'))
    now = solved(folder)
    # bo and cy were promised each other's place; only bo may have either.
    before = now | {"assign": [dict(now["assign"][1], post="gate"), dict(now["assign"][2], post="tent")]}
    force = folder.parent / "force.json"
    force.write_text(json.dumps(before))

    plan = solved(folder, "--incumbent", force)

    assert plan["objective_km"] == 16.25 + 3 * 50
    check = muster("check", folder, folder.parent / "plan.json", "--incumbent", force)
    assert (check.exit_code, check.stdout) == (0, "The plan stands: 3 seats filled, 0 empty, 166.25 km.\n")
    assert (
        "Kept 0 of 2 promises; 2 people go elsewhere.\n"
        in muster("solve", folder, "--incumbent", force).stdout
    )
    assert muster("check", folder, folder.parent / "plan.json").exit_code == 1


def test_gap_and_time_stop_before_the_proof(tmp_path: Path) -> None:
    assert muster("make", tmp_path, "--volunteers", "600", "--posts", "60").exit_code == 0

    plan = solved(tmp_path, "--gap", "0.9", "--time-limit", "0")

    assert plan["status"] in {"proven", "gap"}
    assert plan["lower_bound_km"] <= plan["objective_km"]
    assert muster("check", tmp_path, tmp_path.parent / "plan.json").exit_code == 0


def test_greedy_is_the_human_rule(folder: Path) -> None:
    out = folder.parent / "greedy.json"

    result = muster("greedy", folder, "--out", out)

    assert result.exit_code == 0
    assert "Nothing is known of how far it is from the best.\n" in result.stdout
    assert where(json.loads(out.read_text())) == {"ann": "gate", "cy": "gate", "bo": "tent"}
    assert muster("check", folder, out).exit_code == 0


def test_stand_ins_are_counted(folder: Path) -> None:
    (folder / "volunteers.csv").write_text(VOLUNTEERS.replace("near,1", "near,0"))

    assert "Backbone seats that others stand in for: 1.\n" in muster("solve", folder).stdout


def test_make_writes_what_solve_reads(tmp_path: Path) -> None:
    size = [
        "--volunteers",
        "200",
        "--posts",
        "20",
        "--days",
        "2",
        "--shifts",
        "3",
        "--tight",
        "2.5",
        "--seed",
        "4",
    ]

    result = muster("make", *size, "--radius", "30", tmp_path / "first")
    muster("make", *size, "--radius", "30", tmp_path / "second")

    assert re.fullmatch(r".*first: 200 volunteers, 20 posts, (2[5-9]|3[0-5])\d seats\.\n", result.stdout)
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == ["communities.csv", "config.json", "posts.csv", "volunteers.csv"]
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert json.loads((tmp_path / "first" / "config.json").read_text())["radius_km"] == 30
    assert muster("greedy", tmp_path / "first").exit_code == 0


@pytest.mark.parametrize(
    ("env", "line"),
    [
        (ENGLISH, "Proven: no plan fills more, and none that fills as much costs less."),
        (CHINESE, "已证明：没有方案能补上更多名额，补得一样多的也不会更省。"),
    ],
    ids=["English", "Chinese"],
)
def test_it_runs_alone_without_a_database_or_settings(folder: Path, env: dict[str, str], line: str) -> None:
    nowhere, out = folder.parent / "var", folder.parent / "plan.json"
    around = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | env
    around |= {"PYTHONPATH": str(SOURCE), "MUSTER_VAR": str(nowhere)}
    around["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"

    told = subprocess.run(
        [sys.executable, "-m", "config.cli", "dispatch", "solve", str(folder), "--out", str(out)],
        env=around,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )

    assert told.stdout.splitlines()[3] == line
    assert told.stderr == ""
    assert json.loads(out.read_text())["status"] == "proven"
    assert not nowhere.exists()


def test_processes_whose_hashes_differ_write_the_same_bytes(tmp_path: Path) -> None:
    """With days and rest, listed pairs and a plan in force, and every reason."""
    town = made(120, 30, days=2, shifts=2, tight=2.4, seed=6)
    folders.write(tmp_path / "town", town)
    force = tmp_path / "force.json"
    assert muster("greedy", tmp_path / "town", "--out", force).exit_code == 0
    plans = []
    for seed in ("1", "2"):
        out = tmp_path / f"plan{seed}.json"
        code = "from config.cli import main; main()"
        words = ["dispatch", "solve", tmp_path / "town", "--incumbent", force, "--explain", "--out", out]
        subprocess.run(
            [sys.executable, "-c", code, *words],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCE)},
        )
        plans.append([line for line in out.read_text().splitlines() if "seconds" not in line])

    assert plans[0][:-2] == plans[1][:-2]
    assert len(plans[0]) > 200
