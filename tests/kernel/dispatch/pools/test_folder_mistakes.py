"""Every mistake in a folder is told with its file, line and column, all of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.faults import MOST_FAULTS, BadFiles, Fault
from muster.kernel.dispatch.pools.solution import solve
from muster.kernel.dispatch.pools.tables import ROWS_AT_ONCE
from tests.kernel.dispatch.pools.files import FILES, VOLUNTEERS, laid


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(BadFiles) as refused:
        folder.read(path)
    return list(refused.value.faults)


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    assert old in FILES[file]
    changed: dict[str, str | None] = {file.replace(".", "_"): FILES[file].replace(old, new, 1)}
    # Pairs name people and posts, which a mistake elsewhere may have renamed.
    return laid(tmp_path, **(changed if file == "pairs.csv" else {**changed, "pairs_csv": None}))


CELLS: list[tuple[str, str, str, int, str, str, dict[str, Any]]] = [
    # file, what is there, what is written instead, line, column, code, figures
    ("communities.csv", "west,0,0", "west,0", 3, "y_m", "wrong_cells", {"found": 2, "wanted": 3}),
    ("communities.csv", "west,0,0", "west,0,0,1,2", 3, "4", "wrong_cells", {"found": 5, "wanted": 3}),
    ("communities.csv", "west,0,0", "west,zero,0", 3, "x_m", "not_a_number", {"value": "zero"}),
    ("communities.csv", "west,0,0", "west,0,nan", 3, "y_m", "not_a_number", {"value": "nan"}),
    ("communities.csv", "west,0,0", "west,0,-inf", 3, "y_m", "not_a_number", {"value": "-inf"}),
    ("communities.csv", "west,0,0", "west,1_000,0", 3, "x_m", "not_a_number", {"value": "1_000"}),
    ("communities.csv", "west,0,0", "west,٣,0", 3, "x_m", "not_a_number", {"value": "٣"}),
    ("communities.csv", "west,0,0", "west,,0", 3, "x_m", "empty_cell", {}),
    ("communities.csv", "west,0,0", 'west,"1,5",0', 3, "x_m", "not_a_number", {"value": "1,5"}),
    (
        *("communities.csv", "west,0,0", "west,3e7,0", 3, "x_m", "out_of_range"),
        {"value": "3e7", "low": "-20000000", "high": "20000000"},
    ),
    ("volunteers.csv", "cy,west", ",west", 4, "id", "empty_cell", {}),
    ("volunteers.csv", "bo,west", "ann,west", 3, "id", "twice", {"value": "ann", "first": 2}),
    ("volunteers.csv", "bo,west", "bo,south", 3, "community", "unknown_community", {"value": "south"}),
    ("volunteers.csv", "bo,west", "bo,", 3, "community", "empty_cell", {}),
    ("volunteers.csv", "west,far", "west,moon", 3, "tier", "unknown_tier", {"value": "moon"}),
    ("volunteers.csv", "near,1", "near,yes", 2, "backbone", "not_a_flag", {"value": "yes"}),
    ("volunteers.csv", "near,1", "near,", 2, "backbone", "not_a_flag", {"value": ""}),
    ("volunteers.csv", "d0s0;d1s0,2", "d0s0;day two,2", 2, "available", "not_a_slot", {"value": "day two"}),
    (
        *("volunteers.csv", "d0s0;d1s0,2", "d2s0,2", 2, "available", "slot_outside"),
        {"value": "d2s0", "last": "d1s1"},
    ),
    ("volunteers.csv", "d1s0,2,0", "d1s0,2.5,0", 2, "max_shifts", "not_whole", {"value": "2.5"}),
    (
        *("volunteers.csv", "d1s0,2,0", "d1s0,-1,0", 2, "max_shifts", "out_of_range"),
        {"value": "-1", "low": 0, "high": 1000000000},
    ),
    ("volunteers.csv", "d1s0,2,0", "d1s0,2,", 2, "history", "empty_cell", {}),
    ("posts.csv", "d0s0,1", "d0s2,1", 2, "slot", "slot_outside", {"value": "d0s2", "last": "d1s1"}),
    ("posts.csv", "d0s0,1", ",1", 2, "slot", "empty_cell", {}),
    ("posts.csv", "0,4000", "0,north", 2, "y_m", "not_a_number", {"value": "north"}),
    (
        *("posts.csv", "d0s0,1,1", "d0s0,-1,1", 2, "general", "out_of_range"),
        {"value": "-1", "low": 0, "high": 100000},
    ),
    ("posts.csv", "d0s0,1,1", "d0s0,1,many", 2, "backbone", "not_whole", {"value": "many"}),
    ("posts.csv", "1,nurse", "1,", 3, "skill", "no_skill", {"seats": 1}),
    (
        *("posts.csv", "nurse,1", "nurse,0", 3, "weight", "out_of_range"),
        {"value": "0", "low": 1, "high": 10000},
    ),
    ("posts.csv", "nurse,1", "nurse,1.5", 3, "weight", "not_whole", {"value": "1.5"}),
    (
        *("posts.csv", "1,nurse", "1,nurse;driver", 3, "skill", "several_skills"),
        {"value": "nurse;driver"},
    ),
    ("posts.csv", "1,nurse", "1,nurse；driver", 3, "skill", "several_skills", {"value": "nurse；driver"}),
    ("posts.csv", "1,nurse", "1,;", 3, "skill", "no_skill", {"seats": 1}),
    ("posts.csv", "tent", "gate", 3, "id", "twice", {"value": "gate", "first": 2}),
    ("pairs.csv", "bo,tent", "dee,tent", 3, "volunteer", "unknown_volunteer", {"value": "dee"}),
    ("pairs.csv", "bo,tent", "bo,well", 3, "post", "unknown_post", {"value": "well"}),
    (
        *("pairs.csv", "tent,0.25", "tent,-1", 3, "km", "out_of_range"),
        {"value": "-1", "low": "0", "high": "100000"},
    ),
    ("pairs.csv", "bo,tent", "ann,gate", 3, "post", "twice", {"value": "ann, gate", "first": 2}),
    ("volunteers.csv", "patch", "area", 1, "area", "unknown_column", {}),
    ("volunteers.csv", "patch", "", 1, "9", "unknown_column", {}),
    ("posts.csv", "weight,patch", "weight,weight", 1, "weight", "double_column", {}),
    ("posts.csv", ",patch", "", 1, "patch", "missing_column", {}),
    ("communities.csv", "west,0,0", 'west,0,"0', 3, "", "broken_quotes", {}),
    ("communities.csv", "west,0,0", '"we"st,0,0', 3, "", "broken_quotes", {}),
    ("communities.csv", "code,x_m,y_m", "code;x_m;y_m", 1, "", "wrong_separator", {}),
    ("communities.csv", "west,0,0", f"{'w' * 200_000},0,0", 3, "", "long_cell", {"most": 131_072}),
    ("config.json", '"days": 2,', '"days": 2', 3, "3", "broken_json", {}),
    ("config.json", '"days"', '"dais"', 2, "dais", "unknown_key", {}),
    ("config.json", '"days": 2', '"days": "2"', 2, "days", "wrong_type", {"wanted": "count"}),
    ("config.json", '"days": 2', '"days": true', 2, "days", "wrong_type", {"wanted": "count"}),
    (
        "config.json",
        '"days": 2',
        '"days": 0',
        2,
        "days",
        "out_of_range",
        {"value": "0", "low": 1, "high": 63},
    ),
    (
        *("config.json", '"days": 2', '"days": 40', 2, "days", "too_many_slots"),
        {"days": 40, "shifts": 2, "most": 63},
    ),
    ("config.json", "true,\n", "1,\n", 4, "one_per_day", "wrong_type", {"wanted": "flag"}),
    ("config.json", "[[1, 0]]", "[1, 0]", 5, "rest_pairs", "wrong_type", {"wanted": "pairs"}),
    ("config.json", "[[1, 0]]", "[[1, 0.5]]", 5, "rest_pairs", "wrong_type", {"wanted": "pairs"}),
    ("config.json", "[[1, 0]]", "{}", 5, "rest_pairs", "wrong_type", {"wanted": "pairs"}),
    (
        "config.json",
        "[[1, 0]]",
        "[[2, 0]]",
        5,
        "rest_pairs",
        "no_such_shift",
        {"pair": "[2, 0]", "shifts": 2},
    ),
    ("config.json", '{"near": 0, "far": 4}', "[0, 4]", 6, "tier_km", "wrong_type", {"wanted": "prices"}),
    ("config.json", '"far": 4', '"far": null', 6, "tier_km", "wrong_type", {"wanted": "price"}),
    ("config.json", '"far": 4', '"far": 4, "far": 5', 6, "tier_km", "double_key", {}),
    ("config.json", '"patch_km"', '"fairness_km"', 8, "fairness_km", "double_key", {}),
    ("config.json", '_km": 0.5', '_km": NaN', 7, "fairness_km", "wrong_type", {"wanted": "price"}),
    (
        *("config.json", '_km": 0.5', '_km": -0.5', 7, "fairness_km", "out_of_range"),
        {"value": "-0.5", "low": "0", "high": "100000"},
    ),
    (
        *("config.json", ": 1000,", ": 0,", 9, "seat_km", "out_of_range"),
        {"value": "0", "low": "0.01", "high": "1000000"},
    ),
    ("config.json", "null", '"far"', 10, "radius_km", "wrong_type", {"wanted": "price or null"}),
]


@pytest.mark.parametrize("row", CELLS, ids=[f"{row[0]} {row[5]} {row[2][:20]!r}" for row in CELLS])
def test_a_mistake_is_told_with_its_place(tmp_path: Path, row: Any) -> None:
    file, old, new, line, column, code, figures = row
    path = edited(tmp_path, file, old, new)

    told = faults_of(path)

    # What is called by another name is also missing under its own.
    missing = [one for one in told if one.code in {"missing_column", "missing_key"} and one.code != code]
    assert [one for one in told if one not in missing] == [Fault(file, line, column, code, figures)]
    assert len(missing) == (code in {"unknown_column", "double_column", "unknown_key"})


@pytest.mark.parametrize("name", ["config.json", "communities.csv", "volunteers.csv", "posts.csv"])
def test_a_missing_file_is_told_and_nobody_else_is_blamed_for_it(tmp_path: Path, name: str) -> None:
    path = laid(tmp_path, **{name.replace(".", "_"): None})

    assert faults_of(path) == [Fault(name, 0, "", "missing_file")]


@pytest.mark.parametrize("content", ["", "\n", "\ufeff"], ids=["nothing", "an empty line", "only a mark"])
@pytest.mark.parametrize(
    "name", ["config.json", "communities.csv", "volunteers.csv", "posts.csv", "pairs.csv"]
)
def test_an_empty_file_is_told(tmp_path: Path, name: str, content: str) -> None:
    path = laid(tmp_path, **{name.replace(".", "_"): content})

    assert faults_of(path) == [Fault(name, 1, "", "empty_file")]


LENIENT = {
    "a column of somebody else's": ("communities.csv", "code,x_m,y_m\neast", "code,x_m,y_m,note\neast,"),
    "numbers among which some were missing": ("volunteers.csv", "d1s0,2,0", "d1s0,2.0,0.0"),
    "flags of a program": ("volunteers.csv", "near,1", "near,True"),
    "flags of a spreadsheet": ("volunteers.csv", "near,1", "near,TRUE"),
    "flags among which some were missing": ("volunteers.csv", "near,1", "near,1.0"),
    "full width": ("volunteers.csv", "d0s0;d1s0,2,0", "ｄ０s０；d1s0,２,０"),
    "weight of a program": ("posts.csv", "3,a", "3.0,a"),
    "as many shifts as there are": ("volunteers.csv", "d1s0,2,0", "d1s0,999999999,0"),
    "rows that have been emptied": ("posts.csv", "tent", ",,,,,,,,,\n\n \ntent"),
    "spaces around names": ("volunteers.csv", "ann,east,near", " ann ,east , near"),
    "days of a program": ("config.json", '"days": 2', '"days": 2.0'),
}


@pytest.mark.parametrize("row", LENIENT.values(), ids=LENIENT)
def test_what_can_only_be_meant_one_way_is_taken(tmp_path: Path, row: tuple[str, str, str]) -> None:
    file, old, new = row
    text = FILES[file].replace(old, new, 1)
    if file == "communities.csv":
        text = text.replace("east,,3000,0", "east,3000,0,by the sea").replace("west,0,0", "west,0,0,")

    odd = folder.read(laid(tmp_path / "odd", **{file.replace(".", "_"): text}))

    plain = folder.read(laid(tmp_path / "plain"))
    assert solve(odd).volunteer.tolist() == solve(plain).volunteer.tolist()
    assert solve(odd).objective == solve(plain).objective
    assert odd.volunteers.available.tolist() == plain.volunteers.available.tolist()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"

    assert faults_of(path) == [Fault(str(path), 0, "", "no_folder")]


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    path = laid(tmp_path, posts_csv=None)
    (path / "posts.csv").mkdir()

    assert faults_of(path) == [Fault("posts.csv", 0, "", "unreadable", {"why": "Is a directory"})]


@pytest.mark.parametrize("name", ["volunteers.csv", "config.json"])
def test_bytes_of_another_encoding_are_told_with_their_place(tmp_path: Path, name: str) -> None:
    lines = FILES[name].encode().splitlines(keepends=True)
    lines[2] = lines[2][:3] + "社区".encode("gbk") + lines[2][3:]

    path = laid(tmp_path, **{name.replace(".", "_"): b"".join(lines)})

    assert faults_of(path) == [Fault(name, 3, "4", "not_utf8", {"byte": "c9"})]


def test_a_spreadsheet_of_sixteen_bits_is_told(tmp_path: Path) -> None:
    path = laid(tmp_path, posts_csv=FILES["posts.csv"].encode("utf-16"))

    assert faults_of(path) == [Fault("posts.csv", 1, "1", "not_utf8", {"byte": "ff"})]


def test_config_that_is_no_object_is_told(tmp_path: Path) -> None:
    assert faults_of(laid(tmp_path, config_json="[1, 2]")) == [Fault("config.json", 1, "", "not_an_object")]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"days": ' + "9" * 10_000 + "}"], ids=["deep", "long"])
def test_config_that_no_parser_bears_is_told(tmp_path: Path, text: str) -> None:
    assert [one.code for one in faults_of(laid(tmp_path, config_json=text))] == ["broken_json"]


def test_config_needs_days_shifts_and_tiers(tmp_path: Path) -> None:
    assert faults_of(laid(tmp_path, config_json="{}")) == [
        Fault("config.json", 0, key, "missing_key") for key in ("days", "shifts", "tier_km")
    ]


def test_pairs_only_without_pairs_is_told(tmp_path: Path) -> None:
    config = FILES["config.json"].replace('"pairs_only": false', '"pairs_only": true')

    path = laid(tmp_path, config_json=config, pairs_csv=None)

    assert faults_of(path) == [Fault("pairs.csv", 0, "", "pairs_missing")]


def test_more_skills_than_a_mask_holds_are_told_where_they_become_too_many(tmp_path: Path) -> None:
    many = ";".join(f"k{number}" for number in range(62))
    people = VOLUNTEERS.replace("near,1,,", f"near,1,{many},")

    path = laid(tmp_path, volunteers_csv=people)

    # The 64th is the second that bo has; who comes after him is not blamed for it again.
    assert faults_of(path) == [Fault("volunteers.csv", 3, "skills", "too_many_skills", {"most": 63})]


def test_mistakes_of_all_files_come_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    path = laid(
        tmp_path,
        config_json=FILES["config.json"].replace('"days": 2', '"days": -2'),
        communities_csv=FILES["communities.csv"].replace("west,0,0", "west,a,b"),
        volunteers_csv=VOLUNTEERS.replace("bo,west,far,0", "ann,south,far,2").replace("cy,west", "cy,north"),
        pairs_csv="volunteer,post,km\nann,hole,1\n",
    )

    assert [(one.file, one.line, one.column, one.code) for one in faults_of(path)] == [
        ("config.json", 2, "days", "out_of_range"),
        ("communities.csv", 3, "x_m", "not_a_number"),
        ("communities.csv", 3, "y_m", "not_a_number"),
        ("volunteers.csv", 3, "id", "twice"),
        ("volunteers.csv", 3, "community", "unknown_community"),
        ("volunteers.csv", 3, "backbone", "not_a_flag"),
        ("volunteers.csv", 4, "community", "unknown_community"),
        ("pairs.csv", 2, "post", "unknown_post"),
    ]


def test_of_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    rows = "".join(f"v{number},nowhere,near,0,,,1,0,\n" for number in range(200))

    with pytest.raises(BadFiles) as refused:
        folder.read(laid(tmp_path, volunteers_csv=VOLUNTEERS + rows))

    assert refused.value.more
    assert [one.line for one in refused.value.faults] == list(range(5, 5 + MOST_FAULTS))


def test_exactly_as_many_mistakes_as_are_told_leave_nothing_out(tmp_path: Path) -> None:
    rows = "".join(f"v{number},nowhere,near,0,,,1,0,\n" for number in range(MOST_FAULTS))

    with pytest.raises(BadFiles) as refused:
        folder.read(laid(tmp_path, volunteers_csv=VOLUNTEERS + rows))

    assert not refused.value.more
    assert len(refused.value.faults) == MOST_FAULTS


def test_lines_are_right_after_cells_with_line_ends_and_empty_lines(tmp_path: Path) -> None:
    people = VOLUNTEERS.replace("ann,", '"an\nn",').replace("cy,west", "\n\ncy,south")

    path = laid(tmp_path, volunteers_csv=people, pairs_csv=None)

    assert faults_of(path) == [
        Fault("volunteers.csv", 7, "community", "unknown_community", {"value": "south"})
    ]


def test_lines_are_right_beyond_the_rows_that_are_held_at_one_time(tmp_path: Path) -> None:
    rows = "".join(f"c{number},0,0\n" for number in range(ROWS_AT_ONCE))

    path = laid(tmp_path, communities_csv=f"{FILES['communities.csv']}{rows}late,0,x\neast,0,0\n")

    assert faults_of(path) == [
        Fault("communities.csv", ROWS_AT_ONCE + 4, "y_m", "not_a_number", {"value": "x"}),
        Fault("communities.csv", ROWS_AT_ONCE + 5, "code", "twice", {"value": "east", "first": 2}),
    ]
