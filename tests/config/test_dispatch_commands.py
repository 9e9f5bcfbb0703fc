"""`muster dispatch` from end to end: what it writes, what it says in both languages, and exit codes for scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config import cli, dispatch, dispatch_deeds
from config.dispatch_words import FAULTS, VIOLATIONS, WANTED
from muster.kernel.dispatch.pools.instance import Instance
from muster.kernel.dispatch.pools.nearest import nearest_first
from tests.config.ground import SOURCE
from tests.kernel.dispatch.pools.files import CONFIG, FILES, VOLUNTEERS, laid

runner = CliRunner()
ENGLISH, CHINESE = {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "zh_CN.UTF-8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid(tmp_path / "question")


def muster(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    """`muster dispatch …` in this process."""
    return runner.invoke(cli.app, ["dispatch", *map(str, arguments)], env=env or ENGLISH)


def solved(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """The plan of `solve`."""
    out = folder.parent / "plan.json"
    result = muster("solve", folder, "--out", out, *arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(out.read_text()))


def where(plan: dict[str, Any]) -> dict[str, str]:
    """Who is sent to which post; nobody has two here."""
    return {row["volunteer"]: row["post"] for row in plan["assign"]}


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


def test_a_wrong_plan_is_told_in_full_with_exit_code_1(folder: Path) -> None:
    plan = solved(folder)
    plan["assign"][1]["volunteer"] = "dee"
    plan["assign"][2]["km"] = 3.0
    (folder.parent / "plan.json").write_text(json.dumps(plan))

    english = muster("check", folder, folder.parent / "plan.json")
    chinese = muster("check", folder, folder.parent / "plan.json", env=CHINESE)

    assert (english.exit_code, chinese.exit_code) == (1, 1)
    assert english.stdout.splitlines() == [
        "The plan does not stand its check. What is wrong: 4",
        "dee at tent: there is no such volunteer.",
        "cy at gate: the distance is 4.0 km, not 3.0 km.",
        "tent: 0 filled and 0 empty do not make 1 seats (skilled seats).",
        "objective_km is 16.25, recounted it is 8.5.",
    ]
    assert chinese.stdout.splitlines() == [
        "方案没有通过检查，有 4 处不对：",
        "dee 派往 tent：没有这个志愿者。",
        "cy 派往 gate：距离是 4.0 公里，不是 3.0 公里。",
        "tent：到位 0 个、空缺 0 个，合不成 1 个名额（技能名额）。",
        "objective_km 写的是 16.25，重算是 8.5。",
    ]


def test_of_many_wrong_rows_the_first_are_told(folder: Path) -> None:
    plan = solved(folder)
    plan["assign"] += [dict(plan["assign"][0], volunteer=f"v{number}") for number in range(30)]
    (folder.parent / "plan.json").write_text(json.dumps(plan))

    lines = muster("check", folder, folder.parent / "plan.json").stdout.splitlines()

    assert lines[0] == "The plan does not stand its check. What is wrong: 30"
    assert len(lines) == 22
    assert lines[-1] == "and 10 more."


def test_a_plan_of_the_engine_that_does_not_stand_is_not_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(instance: Instance, **_: Any) -> Any:
        plan = nearest_first(instance)
        plan.empty[0, 0] += 1
        return plan

    monkeypatch.setattr(dispatch_deeds, "solution_of", faulty)

    result = muster("solve", folder, "--out", folder.parent / "plan.json")

    assert result.exit_code == 1
    assert "gate: 1 filled and 1 empty do not make 1 seats (general seats)." in result.stdout
    assert not (folder.parent / "plan.json").exists()


def test_mistakes_are_told_on_standard_error_with_exit_code_2(folder: Path) -> None:
    (folder / "volunteers.csv").write_text(
        VOLUNTEERS.replace("ann,east", "ann,south").replace("far,0", "far")
    )
    (folder / "config.json").write_text(CONFIG.replace('"days": 2', '"days": "two"'))

    for command in ("solve", "greedy"):
        result = muster(command, folder)

        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.splitlines() == [
            "config.json, line 2, column days: this should be a whole number from 1.",
            "volunteers.csv, line 2, column community: communities.csv has no community “south”.",
            "volunteers.csv, line 3, column patch: the row has 8 cells, the header has 9.",
        ]


def test_more_mistakes_than_are_told_are_admitted(folder: Path) -> None:
    rows = "".join(f"v{number},nowhere,near,0,,,1,0,\n" for number in range(30))
    (folder / "volunteers.csv").write_text(VOLUNTEERS + rows)

    lines = muster("solve", folder, env=CHINESE).stderr.splitlines()

    assert lines[0] == "volunteers.csv 第 5 行 community 列：communities.csv 里没有社区“nowhere”。"
    assert lines[20:] == ["还有别的错误，以上是最前面的。"]


def test_files_beside_the_folder_are_told_too(folder: Path) -> None:
    (folder.parent / "ids.txt").write_text("nobody\n")
    (folder.parent / "old.json").write_text("{}")

    told = {
        muster("solve", folder, "--declined", folder.parent / "ids.txt").stderr,
        muster("solve", folder, "--incumbent", folder.parent / "none.json").stderr,
        muster("check", folder, folder.parent / "old.json").stderr,
        muster("solve", folder, "--out", folder.parent / "none" / "plan.json").stderr,
        muster("greedy", folder, "--out", folder).stderr,
        muster("make", folder / "config.json", "--volunteers", "10", "--posts", "2").stderr,
        muster("make", folder / "wide", "--days", "9", "--shifts", "9").stderr,
        muster("solve", folder.parent / "nowhere").stderr,
    }

    assert told == {
        "ids.txt, line 1: volunteers.csv has no volunteer “nobody”.\n",
        "none.json: the file is missing.\n",
        "old.json, status: this should be “proven” or “gap”.\n"
        "old.json, objective_km: this should be a number.\n"
        "old.json, lower_bound_km: this should be a number.\n"
        "old.json, assign: this should be a list.\n"
        "old.json, empty: this should be a list.\n",
        f"{folder.parent / 'none' / 'plan.json'}: it cannot be written: No such file or directory.\n",
        f"{folder}: it cannot be written: Is a directory.\n",
        f"{folder / 'config.json'}: it cannot be written: File exists.\n",
        "--days, --shifts: 9 days × 9 shifts are more than 63 slots.\n",
        f"{folder.parent / 'nowhere'}: there is no such folder.\n",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["solve", "FOLDER", "--gap", "-0.1"],
        ["solve", "FOLDER", "--gap", "nan"],
        ["solve", "FOLDER", "--time-limit", "soon"],
        ["solve", "FOLDER", "--time-limit", "inf"],
        ["check", "FOLDER"],
        ["make", "FOLDER", "--volunteers", "0"],
        ["make", "FOLDER", "--tight", "nan"],
        ["make", "FOLDER", "--radius", "nan"],
        ["guess", "FOLDER"],
    ],
)
def test_arguments_that_mean_nothing_have_exit_code_2(folder: Path, arguments: list[str]) -> None:
    result = muster(*(str(folder) if word == "FOLDER" else word for word in arguments))

    assert result.exit_code == 2
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "没有这个文件夹。"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_SG", "LANG": "en_US.UTF-8"}, "没有这个文件夹。"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_Hans_CN"}, "没有这个文件夹。"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "there is no such folder."),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "de_DE.UTF-8"}, "there is no such folder."),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "there is no such folder."),
    ],
)
def test_the_language_is_that_of_the_terminal(tmp_path: Path, env: dict[str, str], sentence: str) -> None:
    assert muster("solve", tmp_path / "nowhere", env=env).stderr.endswith(f"{sentence}\n")


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


def test_a_sentence_is_there_for_every_code() -> None:
    """Codes are written where mistakes are found; here they are collected from there."""
    pools = SOURCE / "muster" / "kernel" / "dispatch" / "pools"
    code = {path.name: path.read_text() for path in pools.glob("*.py")}
    faults = {found for text in code.values() for found in re.findall(r'Wrong\(\s*"(\w+)"', text)}
    listed = set(re.findall(r'_known\(\w+, "(\w+)"\)', code["folder.py"]))
    told = {found for text in code.values() for found in re.findall(r'Violation\(\s*"(\w+)"', text)}
    rows = set(re.findall(r'_rows\([^"]*"(\w+)"', code["recount.py"]))
    wanted = set(re.findall(r'wanted="([\w ]+)"', "".join(code.values())))

    assert faults | listed <= FAULTS.keys()
    assert told | rows | {"overfilled", "wrong_empty"} == VIOLATIONS.keys()
    assert wanted <= WANTED.keys()
