"""A plan as a file: what stands in it, the same bytes for the same plan, and every way in which a file can be wrong."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import folder, plan_file
from muster.kernel.dispatch.pools.faults import MOST_FAULTS, BadFiles, Fault
from muster.kernel.dispatch.pools.instance import Incumbent, Instance
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import Violation, violations_of
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.files import VOLUNTEERS, laid

RIGHT: dict[str, Any] = {
    "status": "proven",
    "objective_km": 16.25,
    "lower_bound_km": 16.25,
    "empty": [],
    "assign": [
        {"volunteer": "ann", "post": "gate", "slot": "d0s0", "kind": "backbone", "km": 1.5},
        {"volunteer": "bo", "post": "tent", "slot": "d0s1", "kind": "skilled", "km": 0.25},
        {"volunteer": "cy", "post": "gate", "slot": "d0s0", "kind": "general", "km": 4.0},
    ],
}

NO_SEATS: dict[str, list[Any]] = {"post": [], "kind": [], "seats": []}


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return folder.read(laid(tmp_path / "question"))


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return folder.read(laid(tmp_path_factory.mktemp("question")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def found(instance: Instance, path: Path, **said: Any) -> tuple[Violation, ...]:
    """What the recount finds in the right plan with these changes."""
    path.write_text(json.dumps(RIGHT | said))
    return violations_of(instance, plan_file.claim(plan_file.read(path), instance))


def told(path: Path, text: str) -> list[Fault]:
    path.write_text(text)
    with pytest.raises(BadFiles) as refused:
        plan_file.read(path)
    return list(refused.value.faults)


def changed(row: int, **cells: Any) -> list[dict[str, Any]]:
    """The rows of the right plan, one of them changed."""
    return [cell | (cells if at == row else {}) for at, cell in enumerate(RIGHT["assign"])]


def test_a_plan_is_written_as_it_is_promised(instance: Instance, path: Path) -> None:
    plan = replace(solve(instance), seconds={"all": 0.12345})

    plan_file.write(path, instance, plan, peak_mb=56.78)

    assert json.loads(path.read_text()) == RIGHT | {"seconds": {"all": 0.123}, "peak_mb": 56.8}


def test_empty_seats_are_written_with_their_reason(tmp_path: Path, path: Path) -> None:
    people = VOLUNTEERS.replace("nurse", "guide")
    instance = folder.read(laid(tmp_path, volunteers_csv=people))

    plan_file.write(
        path, instance, solve(instance), peak_mb=1, reasons={(1, 2): "nobody qualified: 「护士」 0"}
    )

    said = json.loads(path.read_text())
    assert said["empty"] == [
        {"post": "tent", "kind": "skilled", "seats": 1, "reason": "nobody qualified: 「护士」 0"}
    ]
    assert said["objective_km"] == said["lower_bound_km"]


def test_empty_seats_without_a_reason_are_not_proven_to_stay_so(tmp_path: Path, path: Path) -> None:
    instance = folder.read(laid(tmp_path, volunteers_csv=VOLUNTEERS.replace("nurse", "guide")))

    plan_file.write(path, instance, nearest_first(instance), peak_mb=1)

    assert [row["reason"] for row in json.loads(path.read_text())["empty"]] == ["not_proven"]


def test_an_explanation_has_a_key_of_its_own_and_is_not_recounted(instance: Instance, path: Path) -> None:
    told = {"proven": True, "rings": [], "empty": [{"post": "一"}, {"post": "b"}], "prices": [{"km": None}]}
    plan = solve(instance)

    plan_file.write(path, instance, plan, peak_mb=1, explanation=told)

    said = json.loads(path.read_text())
    assert said["explanation"] == told
    assert list(said)[-3:] == ["explanation", "seconds", "peak_mb"]
    assert violations_of(instance, plan_file.claim(plan_file.read(path), instance)) == ()


def test_each_row_of_a_file_has_a_line_of_its_own(instance: Instance, path: Path) -> None:
    plan_file.write(
        path, instance, solve(instance), peak_mb=1, explanation={"prices": [1, 2], "proven": True}
    )

    lines = path.read_text().splitlines()
    rows = [json.loads(line.rstrip(",")) for line in lines if line.startswith('{"volunteer"')]
    assert rows == RIGHT["assign"]
    assert '"empty": [],' in lines
    assert lines[lines.index('"prices": [') : lines.index('"proven": true') + 1] == [
        *('"prices": [', "1,", "2", "],", '"proven": true')
    ]


def test_the_bound_of_a_plan_with_a_gap_has_the_same_footing(tmp_path: Path, path: Path) -> None:
    instance = folder.read(laid(tmp_path, volunteers_csv=VOLUNTEERS.replace("near,1", "near,0")))
    plan = nearest_first(instance)

    plan_file.write(path, instance, plan, peak_mb=1)

    # A stand-in at a post of weight 3 costs half of 1,000 km x 3, which nobody travels.
    said = json.loads(path.read_text())
    assert said["objective_km"] == plan.objective / 100 - 1500
    assert said["lower_bound_km"] == -1500
    assert (said["status"], len(said["assign"])) == ("gap", 3)


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        instance = made(300, 30, days=2, shifts=2, tight=3.0)
        plan = replace(solve(instance), seconds={})
        plan_file.write(tmp_path / name, instance, plan, peak_mb=0)
        written.append((tmp_path / name).read_bytes())

    assert written[0] == written[1]


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_written_is_read_back_and_stands(tmp_path_factory: Any, data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    incumbent, _ = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    plan = solve(instance, incumbent=incumbent)
    path = tmp_path_factory.mktemp("plan") / "plan.json"

    plan_file.write(path, instance, plan, peak_mb=1)
    again = plan_file.read(path)

    assert violations_of(instance, plan_file.claim(again, instance), incumbent) == ()
    kept = Incumbent.of(instance, again.pairs)
    assert kept.volunteer.tolist() == plan.volunteer.tolist()
    assert sorted(kept.post.tolist()) == sorted(plan.post.tolist())


def test_a_right_file_stands(instance: Instance, path: Path) -> None:
    assert found(instance, path) == ()


@pytest.mark.parametrize(
    ("row", "cells", "violation"),
    [
        (0, {"volunteer": "dee"}, Violation("unknown_volunteer", "dee", "gate")),
        (0, {"post": "well"}, Violation("unknown_post", "ann", "well")),
        (0, {"kind": "chief"}, Violation("unknown_kind", "ann", "gate", {"kind": "chief"})),
        (0, {"slot": "d1s0"}, Violation("wrong_slot", "ann", "gate", {"said": "d1s0", "is": "d0s0"})),
        (2, {"km": 4.01}, Violation("wrong_km", "cy", "gate", {"km": 4.0, "said": 4.01})),
        (2, {"km": -1e9}, Violation("wrong_km", "cy", "gate", {"km": 4.0, "said": -1e9})),
    ],
)
def test_a_wrong_cell_is_found(
    instance: Instance, path: Path, row: int, cells: dict[str, Any], violation: Violation
) -> None:
    first, *others = found(instance, path, assign=changed(row, **cells))

    assert first == violation
    # A row that names nobody known fills no seat and costs nothing.
    unknown = violation.code.startswith("unknown")
    assert [one.code for one in others] == (["wrong_empty", "wrong_objective"] if unknown else [])


def test_a_row_too_many_and_one_too_few_are_found(instance: Instance, path: Path) -> None:
    twice = found(instance, path, assign=[*RIGHT["assign"], RIGHT["assign"][0]])
    less = found(instance, path, assign=RIGHT["assign"][1:])

    assert [one.code for one in twice] == ["twice_in_slot", "overfilled", "wrong_objective"]
    assert [one.code for one in less] == ["wrong_empty", "wrong_objective"]


def test_empty_seats_that_are_none_are_found(instance: Instance, path: Path) -> None:
    empty = [{"post": "gate", "kind": "general", "seats": 1}, {"post": "well", "kind": "general", "seats": 1}]

    assert found(instance, path, empty=empty) == (
        Violation("unknown_empty", "", "well", {"kind": "general"}),
        Violation("wrong_empty", "", "gate", {"kind": "general", "filled": 1, "empty": 1, "seats": 1}),
    )


def test_wrong_sums_are_found(instance: Instance, path: Path) -> None:
    assert [one.code for one in found(instance, path, objective_km=16.26)] == [
        "wrong_objective",
        "not_proven",
    ]
    assert [one.code for one in found(instance, path, lower_bound_km=16.26)] == ["bound_too_high"]
    assert [one.code for one in found(instance, path, lower_bound_km=16.24)] == ["not_proven"]
    assert found(instance, path, lower_bound_km=16.24, status="gap") == ()


@given(st.integers(0, 10**9), st.integers(-2, 2))
def test_a_bound_is_compared_to_the_unit(question: Instance, units: int, more: int) -> None:
    """4629.48 x 100 is a little less than 462,948."""
    said = {"objective_km": units / 100, "lower_bound_km": (units + more) / 100}
    plan = plan_file.PlanFile(
        "proven", **said, assign={key: [] for key in RIGHT["assign"][0]}, empty=NO_SEATS
    )

    codes = {one.code for one in violations_of(question, plan_file.claim(plan, question))}

    assert ("bound_too_high" in codes) == (more > 0)
    assert ("not_proven" in codes) == (more < 0)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault("plan.json", 1, "", "empty_file")),
        ("[]", Fault("plan.json", 1, "", "not_an_object")),
        ('{\n"status" "gap"}', Fault("plan.json", 2, "10", "broken_json")),
        (
            json.dumps(RIGHT | {"status": "best"}),
            Fault("plan.json", 0, "status", "wrong_type", {"wanted": "status"}),
        ),
        (
            json.dumps(RIGHT | {"objective_km": "16"}),
            Fault("plan.json", 0, "objective_km", "wrong_type", {"wanted": "number"}),
        ),
        (
            json.dumps(RIGHT | {"lower_bound_km": float("inf")}),
            Fault("plan.json", 0, "lower_bound_km", "wrong_type", {"wanted": "number"}),
        ),
        (
            json.dumps(RIGHT | {"assign": {}}),
            Fault("plan.json", 0, "assign", "wrong_type", {"wanted": "list"}),
        ),
        (
            json.dumps(RIGHT | {"assign": changed(1, km=float("nan"))}),
            Fault("plan.json", 0, "assign[1].km", "wrong_type", {"wanted": "number"}),
        ),
        (
            json.dumps(RIGHT | {"assign": changed(2, post=7)}),
            Fault("plan.json", 0, "assign[2].post", "wrong_type", {"wanted": "text"}),
        ),
        (
            json.dumps(RIGHT | {"empty": [{"post": "gate", "kind": "general", "seats": True}]}),
            Fault("plan.json", 0, "empty[0].seats", "wrong_type", {"wanted": "whole"}),
        ),
    ],
)
def test_a_file_that_is_no_plan_is_told(path: Path, text: str, fault: Fault) -> None:
    assert told(path, text) == [fault]


def test_no_file_is_told(path: Path) -> None:
    with pytest.raises(BadFiles) as refused:
        plan_file.read(path)

    assert refused.value.faults == (Fault("plan.json", 0, "", "missing_file"),)


def test_rows_that_are_no_rows_are_told_up_to_a_limit(path: Path) -> None:
    faults = told(path, json.dumps(RIGHT | {"assign": [1] * 100}))

    assert len(faults) == MOST_FAULTS
    assert faults[0] == Fault("plan.json", 0, "assign[0].volunteer", "wrong_type", {"wanted": "text"})


def test_those_who_declined_are_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_bytes("\ufeffann\r\n\r\n  陈 \n".encode())

    assert plan_file.declined(tmp_path / "ids.txt", ("ann", "bo", "陈")) == {"ann", "陈"}


def test_somebody_unknown_among_those_who_declined_is_told(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("ann\n\nanne\n")

    with pytest.raises(BadFiles) as refused:
        plan_file.declined(tmp_path / "ids.txt", ("ann", "bo"))

    assert refused.value.faults == (Fault("ids.txt", 3, "", "unknown_volunteer", {"value": "anne"}),)


def test_a_list_of_declines_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_bytes("ann\n陈".encode("gbk"))

    with pytest.raises(BadFiles) as refused:
        plan_file.declined(tmp_path / "gbk.txt", ("ann",))
    with pytest.raises(BadFiles) as missing:
        plan_file.declined(tmp_path / "none.txt", ("ann",))

    assert [(one.line, one.code) for one in refused.value.faults] == [(2, "not_utf8")]
    assert [one.code for one in missing.value.faults] == ["missing_file"]


def test_figures_are_kilometers_that_somebody_travels(instance: Instance) -> None:
    plan = solve(instance)
    worse = replace(plan, lower_bound=plan.lower_bound - 25, empty=np.array([[1, 0, 0], [0, 0, 0]]))

    assert plan_file.figures(instance, plan) == (16.25, 16.25)
    assert plan_file.figures(instance, worse) == (16.25 - 3000, 16.0 - 3000)


@pytest.mark.parametrize("status", [["gap"], {}, 3, None, "best"])
def test_any_other_status_is_told(path: Path, status: Any) -> None:
    assert told(path, json.dumps(RIGHT | {"status": status})) == [
        Fault("plan.json", 0, "status", "wrong_type", {"wanted": "status"})
    ]


def test_a_plan_that_cannot_be_written_leaves_the_one_that_is_there(
    instance: Instance, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = solve(instance)
    path.write_text("the plan in force")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(plan_file, "_lines", full)

    with pytest.raises(OSError, match="No space left"):
        plan_file.write(path, instance, plan, peak_mb=1.0)
    assert path.read_text() == "the plan in force"
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == ["plan.json"]


def test_a_plan_goes_where_a_link_leads(instance: Instance, path: Path) -> None:
    link = path.with_name("latest.json")
    link.symlink_to(path)

    plan_file.write(link, instance, solve(instance), peak_mb=1.0)

    assert link.is_symlink()
    assert json.loads(path.read_text())["status"] == "proven"


def test_a_plan_may_go_into_a_pipe(instance: Instance, path: Path) -> None:
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    plan_file.write(path, instance, solve(instance), peak_mb=1.0)

    assert json.loads(os.read(reader, 65_536))["status"] == "proven"
    assert path.is_fifo()
    os.close(reader)
