"""Whatever stands in the files, they are read or refused with a place: nobody ever sees a traceback."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import folder, plan_file
from muster.kernel.dispatch.pools.faults import MOST_FAULTS, BadFiles, Fault
from muster.kernel.dispatch.pools.instance import Instance
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations, violations_of
from tests.kernel.dispatch.pools.files import CONFIG, FILES, laid
from tests.kernel.dispatch.pools.test_plan_file import RIGHT

# What people and programs leave in cells, and what breaks parsers.
SCRAPS = (
    *("", " ", ",", ";", '"', '""', "\n", "\r\n", "\r", "\x00", "\ufeff", "\u3000", "，", "；"),
    *("0", "-0", "1", "-1", "1.0", "1e3", "1e400", "1e-400", "nan", "NaN", "inf", "0x10", "1_0", "٣", "９"),
    *("99999999999999999999", "d0s0", "d9s9", "d-1s0", "D0S0", "d0s0;d0s0", "ann", "west", "near", "gate"),
    *("true", "null", "=1+1", "社区", "'", "\\", "é", "e\u0301", "x" * 300),
)
BYTES = (b"\xff", b"\xc9\xe7", b"\xed\xa0\x80", b"\x00", b"\xef\xbb\xbf", b"\xf5", b"\x80")


def faults_or_none(path: Path) -> tuple[Fault, ...] | None:
    """What is refused; None where the folder is a question, which then has a plan that stands."""
    try:
        instance = folder.read(path)
    except BadFiles as refused:
        return refused.faults
    assert violations(instance, nearest_first(instance)) == ()
    return None


def is_placed(fault: Fault, path: Path) -> bool:
    """Whether file, line and column are those of something that is there, or said to be missing."""
    lines = (path / fault.file).read_bytes().count(b"\n") + 2 if (path / fault.file).is_file() else 0
    return fault.file in {*FILES, str(path)} and 0 <= fault.line <= max(lines, 1)


@settings(max_examples=80)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_any_scrap_in_any_cell_is_read_or_refused_in_its_file(name: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a test file, no secret
    lines = FILES[name].splitlines()
    row = chance.randrange(len(lines))
    cells = lines[row].split(",")
    cells[chance.randrange(len(cells))] = chance.choice(SCRAPS)
    lines[row] = ",".join(cells)

    with tempfile.TemporaryDirectory() as place:
        path = laid(Path(place), **{name.replace(".", "_"): "\n".join(lines)})
        faults = faults_or_none(path)

        for fault in faults or ():
            assert is_placed(fault, path)
        # A cell of one file may make another one wrong, but then its own or the pairs say so.
        assert faults is None or {name, "pairs.csv", "volunteers.csv", "posts.csv"} & {
            one.file for one in faults
        }


@settings(max_examples=80)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_any_bytes_anywhere_are_read_or_refused(name: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a test file, no secret
    content = bytearray(FILES[name].encode())
    for _ in range(chance.randrange(1, 4)):
        start = chance.randrange(len(content))
        scrap = chance.choice([*BYTES, *(text.encode() for text in SCRAPS)])
        content[start : start + chance.randrange(6)] = scrap

    with tempfile.TemporaryDirectory() as place:
        path = laid(Path(place), **{name.replace(".", "_"): bytes(content)})
        faults = faults_or_none(path) or ()

        assert len(faults) <= MOST_FAULTS
        assert all(is_placed(fault, path) for fault in faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=70)
@given(st.sampled_from(sorted(json.loads(CONFIG))), JSON)
def test_any_value_of_any_key_is_read_or_refused_at_that_key(key: str, value: Any) -> None:
    config = json.loads(CONFIG) | {key: value}

    with tempfile.TemporaryDirectory() as place:
        faults = faults_or_none(laid(Path(place), config_json=json.dumps(config, indent=1)))

        blamed = [one for one in faults or () if one.file == "config.json"]
        assert {one.column for one in blamed} <= {key, "days", "rest_pairs"}
        # Fewer days, shifts or tiers than the other files speak of are told there.
        assert faults is None or blamed or key in {"days", "shifts", "tier_km"}


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return folder.read(laid(tmp_path_factory.mktemp("question")))


@settings(max_examples=80)
@given(
    where=st.sampled_from(
        [("assign", key) for key in RIGHT["assign"][0]] + [("empty", k) for k in ("post", "seats")]
    ),
    row=st.integers(0, 2),
    value=JSON,
)
def test_any_value_in_a_plan_is_refused_or_recounted(
    question: Instance, where: tuple[str, str], row: int, value: Any
) -> None:
    plan = json.loads(json.dumps(RIGHT | {"empty": [{"post": "gate", "kind": "general", "seats": 0}] * 3}))
    right = plan[where[0]][row][where[1]]
    plan[where[0]][row][where[1]] = value

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "plan.json"
        path.write_text(json.dumps(plan))
        try:
            claim = plan_file.claim(plan_file.read(path), question)
        except BadFiles as refused:
            assert [one.column for one in refused.faults] == [f"{where[0]}[{row}].{where[1]}"]
            return

    # A value that means something else than what was there is found.
    assert (violations_of(question, claim) == ()) == same(where, right, value)


def same(where: tuple[str, str], right: Any, value: Any) -> bool:
    """Whether both mean the same: lengths count to a unit of 10 m."""
    if where[1] == "km":
        return round(value * 100) == round(right * 100)
    return bool(value == right)


@settings(max_examples=60)
@given(JSON)
def test_any_json_is_a_plan_or_refused(value: Any) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "plan.json"
        path.write_text(json.dumps(value))

        with pytest.raises(BadFiles):
            plan_file.read(path)


@settings(max_examples=60)
@given(st.binary(max_size=40))
def test_any_bytes_as_a_list_of_declines_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "ids.txt"
        path.write_bytes(content)
        try:
            ids = plan_file.declined(path, ("ann", "bo"))
        except BadFiles as refused:
            assert {one.code for one in refused.faults} <= {"not_utf8", "unknown_volunteer"}
        else:
            assert ids <= {"ann", "bo"}
