"""What `muster dispatch` says where something is wrong: with the plan, with files, with arguments."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config import dispatch_deeds
from config.dispatch_words import FAULTS, VIOLATIONS, WANTED
from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools.instance import Instance
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from tests.config.dispatching import CHINESE, ENGLISH, muster, solved
from tests.config.ground import SOURCE
from tests.kernel.dispatch.pools.files import CONFIG, FILES, VOLUNTEERS, laid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid(tmp_path / "question")


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


@pytest.mark.parametrize("name", FILES)
def test_a_plan_never_replaces_what_it_is_made_from(folder: Path, name: str) -> None:
    for command in ("solve", "greedy"):
        english = muster(command, folder, "--out", folder / "." / name)
        chinese = muster(command, folder, "--out", folder / name, env=CHINESE)

        assert (english.exit_code, chinese.exit_code) == (2, 2)
        assert english.stderr == (
            f"{folder / name}: the plan is made from this file and would replace it. "
            "Choose another name for the plan.\n"
        )
        assert (
            chinese.stderr == f"{folder / name}：方案要用到这个文件，写进去会把它盖掉。请给方案换个名字。\n"
        )
    assert (folder / name).read_text() == FILES[name]


def test_a_plan_never_replaces_the_list_of_those_who_declined(folder: Path) -> None:
    ids = folder.parent / "ids.txt"
    ids.write_text("ann\n")

    result = muster("solve", folder, "--declined", ids, "--out", ids)

    assert (result.exit_code, ids.read_text()) == (2, "ann\n")


def test_a_plan_may_replace_the_one_in_force(folder: Path) -> None:
    before = solved(folder)

    after = solved(folder, "--incumbent", folder.parent / "plan.json")

    assert after["assign"] == before["assign"]


def test_what_a_disk_says_is_told_in_both_languages(folder: Path) -> None:
    told = {
        (env["LC_ALL"][:2], muster("solve", folder, "--out", place, env=env).stderr.split(": ")[-1].strip())
        for env in (ENGLISH, CHINESE)
        for place in ("/dev/full", folder, folder / "no" / "plan.json")
    }

    assert told == {
        ("C.", "No space left on device."),
        ("C.", "Is a directory."),
        ("C.", "No such file or directory."),
        ("zh", "/dev/full：写不了：磁盘满了。"),
        ("zh", f"{folder}：写不了：这是一个文件夹。"),
        ("zh", f"{folder / 'no' / 'plan.json'}：写不了：没有这个文件或文件夹。"),
    }


def test_prices_that_no_number_could_add_up_are_told(tmp_path: Path) -> None:
    """Nobody means such prices, and nobody is to see a traceback for them."""
    town = made(60, 6, tight=1.5)
    folders.write(
        tmp_path / "town",
        replace(
            town,
            prices=replace(town.prices, fairness_km=100_000.0, seat_km=0.01),
            volunteers=replace(town.volunteers, history=np.array([10_000, 0, 0] * 20, dtype=np.int32)),
            posts=replace(town.posts, weight=np.array([1, 10_000] * 3, dtype=np.int32)),
        ),
    )

    english = muster("solve", tmp_path / "town")
    chinese = muster("solve", tmp_path / "town", env=CHINESE)

    assert (english.exit_code, chinese.exit_code) == (2, 2)
    assert english.stderr == (
        "config.json: its prices, or the weights in posts.csv, lie too far apart to be added up. "
        "Make the highest ones lower.\n"
    )
    assert chinese.stderr.startswith("config.json：价格之间，或者 posts.csv 的权重之间，差得太远")
    assert muster("greedy", tmp_path / "town").exit_code == 0


def test_promises_to_whom_there_is_not_are_counted(folder: Path) -> None:
    plan = solved(folder)
    plan["assign"][0]["volunteer"], plan["assign"][1]["post"] = "dee", "well"
    (folder.parent / "old.json").write_text(json.dumps(plan))

    english = muster("solve", folder, "--incumbent", folder.parent / "old.json").stdout
    chinese = muster("solve", folder, "--incumbent", folder.parent / "old.json", env=CHINESE).stdout

    assert "Kept 1 of 1 promises; 0 people go elsewhere.\n" in english
    assert "Promises to people, or for posts, that are not in this folder: 2.\n" in english
    assert "原方案里有 2 个安排，人或岗位不在这个文件夹里。\n" in chinese
    assert "Promises to people" not in muster("solve", folder).stdout


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
