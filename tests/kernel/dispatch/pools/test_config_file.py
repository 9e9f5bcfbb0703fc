"""config.json: what is written is read back, and what cannot be meant is told key by key."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import config_file
from muster.kernel.dispatch.pools.config_file import Config
from muster.kernel.dispatch.pools.faults import BadFiles, Faults
from muster.kernel.dispatch.pools.instance import Horizon, Prices

KILOMETERS = st.floats(0, 100_000)
RIGHT: dict[str, Any] = {"days": 3, "shifts": 2, "tier_km": {"near": 0, "far": 4.5}}


def read(path: Path, text: str) -> tuple[Config, list[tuple[int, str, str]]]:
    """What could be read, and (line, column, code) of what is wrong."""
    (path / "config.json").write_text(text, encoding="utf-8")
    faults = Faults()
    config = config_file.read(path, faults)
    try:
        faults.raise_any()
    except BadFiles as refused:
        return config, [(one.line, one.column, one.code) for one in refused.faults]
    return config, []


@st.composite
def configs(draw: st.DrawFn) -> tuple[Horizon, Prices]:
    days, shifts = draw(st.sampled_from([(1, 1), (3, 3), (63, 1), (1, 63), (7, 9)]))
    shift = st.integers(0, shifts - 1)
    horizon = Horizon(
        days, shifts, draw(st.booleans()), tuple(draw(st.lists(st.tuples(shift, shift), max_size=3)))
    )
    names = st.text(min_size=1, max_size=5).filter(lambda name: name == name.strip() and name)
    prices = Prices(
        draw(st.dictionaries(names, KILOMETERS, min_size=1, max_size=4)),
        fairness_km=draw(KILOMETERS),
        patch_km=draw(KILOMETERS),
        seat_km=draw(st.floats(0.01, 100_000)),
        radius_km=draw(st.none() | KILOMETERS),
        keep_km=draw(KILOMETERS),
        backbone_fallback=draw(st.booleans()),
        pairs_only=draw(st.booleans()),
    )
    return horizon, prices


@settings(max_examples=60)
@given(configs())
def test_what_is_written_is_read_back(given_config: tuple[Horizon, Prices]) -> None:
    horizon, prices = given_config

    with tempfile.TemporaryDirectory() as place:
        config, faults = read(Path(place), config_file.text_for(horizon, prices))

    assert faults == []
    assert config == Config(horizon, prices)


def test_the_file_has_one_key_a_line_in_the_order_of_the_documentation() -> None:
    text = config_file.text_for(Horizon(1, 1), Prices({"b": 1.0, "a": 0.0}))

    assert [line.split('"')[1] for line in text.splitlines()[1:-1]] == [
        *("days", "shifts", "one_per_day", "rest_pairs", "tier_km", "fairness_km", "patch_km", "seat_km"),
        *("radius_km", "keep_km", "backbone_fallback", "pairs_only"),
    ]
    assert '"tier_km": {"a": 0.0, "b": 1.0}' in text


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    config, faults = read(tmp_path, json.dumps(RIGHT))

    assert faults == []
    assert config == Config(Horizon(3, 2), Prices({"near": 0.0, "far": 4.5}))


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("days", 0, "out_of_range"),
        ("days", 64, "out_of_range"),
        ("days", 1.5, "wrong_type"),
        ("days", "1", "wrong_type"),
        ("days", 10**400, "out_of_range"),
        ("days", None, "wrong_type"),
        ("shifts", -1, "out_of_range"),
        ("shifts", True, "wrong_type"),
        ("one_per_day", 0, "wrong_type"),
        ("one_per_day", "true", "wrong_type"),
        ("rest_pairs", [[1]], "wrong_type"),
        ("rest_pairs", [[1.5, 0]], "wrong_type"),
        ("rest_pairs", [["1", "0"]], "wrong_type"),
        ("rest_pairs", [[1, 0, 1]], "wrong_type"),
        ("rest_pairs", [[1, True]], "wrong_type"),
        ("rest_pairs", [{"1": 0}], "wrong_type"),
        ("rest_pairs", ["10"], "wrong_type"),
        ("rest_pairs", [[-1, 0]], "no_such_shift"),
        ("rest_pairs", [[0, 2]], "no_such_shift"),
        ("tier_km", {}, "wrong_type"),
        ("tier_km", [["near", 0]], "wrong_type"),
        ("tier_km", {" ": 1}, "wrong_type"),
        ("tier_km", {"near": "0"}, "wrong_type"),
        ("tier_km", {"near": -1}, "out_of_range"),
        ("tier_km", {"near": 1, " near": 2}, "double_key"),
        ("fairness_km", 100_001, "out_of_range"),
        ("fairness_km", False, "wrong_type"),
        ("patch_km", "1", "wrong_type"),
        ("patch_km", None, "wrong_type"),
        ("fairness_km", 10**400, "out_of_range"),
        ("patch_km", -(10**400), "out_of_range"),
        ("seat_km", 0.009, "out_of_range"),
        ("seat_km", 1_000_001, "out_of_range"),
        ("seat_km", [], "wrong_type"),
        ("radius_km", -0.1, "out_of_range"),
        ("radius_km", {}, "wrong_type"),
        ("keep_km", float("inf"), "out_of_range"),
        ("keep_km", float("nan"), "wrong_type"),
        ("backbone_fallback", None, "wrong_type"),
        ("pairs_only", [], "wrong_type"),
        ("radius", 12, "unknown_key"),
        ("Days", 3, "unknown_key"),
    ],
)
def test_a_value_that_cannot_be_meant_is_told_at_its_line(
    tmp_path: Path, key: str, value: Any, code: str
) -> None:
    text = json.dumps(RIGHT | {key: value}, indent=0)
    line = next(at for at, row in enumerate(text.splitlines(), 1) if row.startswith(f'"{key}"'))

    assert read(tmp_path, text)[1] == [(line, key, code)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("radius_km", 0), ("radius_km", None), ("keep_km", 100_000), ("days", 31)),
        *(("seat_km", 0.01), ("seat_km", 1_000_000)),
    ],
)
def test_a_value_at_its_limit_is_taken(tmp_path: Path, key: str, value: Any) -> None:
    config, faults = read(tmp_path, json.dumps(RIGHT | {key: value}))

    assert faults == []
    assert config.prices is not None
    assert config.horizon is not None
    assert {**vars(config.prices), **vars(config.horizon)}[key] == value


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("days", 3.0, 3),
        ("shifts", 2.0, 2),
        ("rest_pairs", [[1.0, 0.0]], ((1, 0),)),
        ("rest_pairs", None, ()),
        ("rest_pairs", [], ()),
    ],
)
def test_a_value_is_taken_as_programs_write_it(tmp_path: Path, key: str, value: Any, meant: Any) -> None:
    config, faults = read(tmp_path, json.dumps(RIGHT | {key: value}))

    assert faults == []
    assert vars(config.horizon)[key] == meant


@pytest.mark.parametrize("value", ["9" * 500, "-" + "9" * 500])
def test_a_number_without_end_is_not_repeated(tmp_path: Path, value: str) -> None:
    (tmp_path / "config.json").write_text(
        f'{{"days": 1, "shifts": 1, "tier_km": {{"a": 0}}, "keep_km": {value}}}'
    )
    faults = Faults()
    config_file.read(tmp_path, faults)

    with pytest.raises(BadFiles) as refused:
        faults.raise_any()

    assert [one.code for one in refused.value.faults] == ["out_of_range"]
    assert refused.value.faults[0].figures["value"] == ("-1e+15…" if value[0] == "-" else "1e+15…")


def test_too_many_slots_are_told_although_days_and_shifts_may_be_so_many(tmp_path: Path) -> None:
    config, faults = read(tmp_path, json.dumps(RIGHT | {"days": 32, "shifts": 2}, indent=0))

    assert faults == [(2, "days", "too_many_slots")]
    # Other files are not blamed for slots that nobody can tell.
    assert config.horizon is None


@pytest.mark.parametrize("key", ["days", "shifts", "tier_km"])
def test_what_is_needed_is_missed_and_the_rest_is_known(tmp_path: Path, key: str) -> None:
    config, faults = read(tmp_path, json.dumps({name: RIGHT[name] for name in RIGHT if name != key}))

    assert faults == [(0, key, "missing_key")]
    assert (config.prices is None) == (key == "tier_km")
    assert (config.horizon is None) == (key != "tier_km")


def test_a_key_that_is_there_twice_is_told_where_it_comes_again(tmp_path: Path) -> None:
    text = '{"days": 3,\n"shifts": 2,\n"tier_km": {"near": 0},\n"days": 2}'

    assert read(tmp_path, text)[1] == [(4, "days", "double_key")]


def test_all_keys_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    text = '{"days": 0,\n"shift": 2,\n"tier_km": 1,\n"keep_km": -1}'

    assert read(tmp_path, text)[1] == [
        (0, "shifts", "missing_key"),
        (1, "days", "out_of_range"),
        (2, "shift", "unknown_key"),
        (3, "tier_km", "wrong_type"),
        (4, "keep_km", "out_of_range"),
    ]


def test_a_tier_may_be_called_like_a_key(tmp_path: Path) -> None:
    config, faults = read(tmp_path, '{"tier_km": {"days": 1, "keep_km": 2},\n"days": 2, "shifts": 1}')

    assert faults == []
    assert config == Config(Horizon(2, 1), replace(Prices(), tier_km={"days": 1.0, "keep_km": 2.0}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", (1, "2", "broken_json")),
        ('{"days": 1}\n{}', (2, "1", "broken_json")),
        ("{'days': 1}", (1, "2", "broken_json")),
        ("// days\n{}", (1, "1", "broken_json")),
        ("null", (1, "", "not_an_object")),
        ('"days"', (1, "", "not_an_object")),
        ("   \n ", (1, "", "empty_file")),
    ],
)
def test_what_is_no_configuration_is_told(tmp_path: Path, text: str, told: tuple[int, str, str]) -> None:
    config, faults = read(tmp_path, text)

    assert faults == [told]
    assert config == Config(None, None)
