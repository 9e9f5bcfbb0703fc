"""What is written is read back as the same question, and a folder may look as spreadsheets leave it."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.instance import Horizon, Instance
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.files import FILES, VOLUNTEERS, laid

TEXT = st.text(st.characters(codec="utf-8", exclude_characters=";\x00"), min_size=1, max_size=6).filter(
    lambda name: name == name.strip()
)


def plain(value: Any) -> Any:
    """An instance as lists, to be compared by value."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value


def by_name(instance: Instance) -> Any:
    """An instance as rows of names; a folder does not number names that no row uses."""
    people, posts = instance.volunteers, instance.posts
    slots = instance.horizon.names
    patches = (*instance.patches, "")
    return (
        plain(instance.communities),
        [
            (
                *(name, instance.communities.code[at], instance.tiers[tier], backbone),
                {skill for bit, skill in enumerate(instance.skills) if skills >> bit & 1},
                {slot for bit, slot in enumerate(slots) if available >> bit & 1},
                *(most, history, patches[patch]),
            )
            for name, at, tier, backbone, skills, available, most, history, patch in zip(
                people.id, *(plain(getattr(people, one.name))[1] for one in fields(people)[1:]), strict=True
            )
        ],
        [
            (name, x, y, slots[slot], seats, (*instance.skills, "")[skill], weight, patches[patch])
            for name, x, y, slot, seats, skill, weight, patch in zip(
                posts.id, *(plain(getattr(posts, one.name))[1] for one in fields(posts)[1:]), strict=True
            )
        ],
        (instance.horizon, instance.prices, instance.tiers, plain(instance.pairs)),
    )


@settings(max_examples=60)
@given(tiny.facts(), st.data())
def test_what_is_written_is_read_back(facts: dict[str, Any], data: st.DataObject) -> None:
    names = st.lists(TEXT, min_size=9, max_size=9, unique=True)
    given_names, instance = data.draw(names), tiny.instance_of({**facts, "terms": None})
    people = replace(instance.volunteers, id=tuple(sorted(given_names[: len(instance.volunteers.id)])))
    instance = replace(instance, volunteers=people)

    with tempfile.TemporaryDirectory() as place:
        folder.write(Path(place), instance)
        again = folder.read(Path(place))

    assert by_name(again) == by_name(instance)


def test_a_right_folder_is_read_as_it_says(tmp_path: Path) -> None:
    instance = folder.read(laid(tmp_path))

    assert instance.horizon == Horizon(2, 2, rest_pairs=((1, 0),))
    assert instance.prices.tier_km == {"near": 0.0, "far": 4.0}
    assert instance.volunteers.id == ("ann", "bo", "cy")
    assert [instance.communities.code[at] for at in instance.volunteers.community] == ["east", "west", "west"]
    assert instance.skills == ("driver", "nurse")
    assert instance.volunteers.skills.tolist() == [0, 0b11, 0b10]
    assert instance.volunteers.available.tolist() == [0b0101, 0b1111, 0b0001]
    assert instance.volunteers.backbone.tolist() == [True, False, False]
    assert instance.volunteers.patch.tolist() == [0, -1, 1]
    assert instance.posts.seats.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert instance.posts.skill.tolist() == [-1, 1]
    assert instance.posts.slot.tolist() == [0, 1]
    assert instance.pairs is not None
    assert instance.pairs.km.tolist() == [1.5, 0.25]


def test_byte_order_marks_and_line_ends_of_spreadsheets_change_nothing(tmp_path: Path) -> None:
    expected = plain(folder.read(laid(tmp_path / "plain")))
    changed = {
        name.replace(".", "_"): b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        for name, text in FILES.items()
    }

    assert plain(folder.read(laid(tmp_path / "spreadsheet", **changed))) == expected


def test_order_of_rows_and_columns_spaces_quotes_and_empty_lines_change_nothing(tmp_path: Path) -> None:
    expected = plain(folder.read(laid(tmp_path / "plain")))
    header, *rows = (line.split(",") for line in VOLUNTEERS.splitlines())
    turned = [",".join(f' "{cell}"'.strip() for cell in reversed(row)) for row in (header, *reversed(rows))]
    spaced = "\n\n".join(turned).replace('"west"', '" west "').replace("d0s1;", " d0s1 ; ;")

    assert plain(folder.read(laid(tmp_path / "turned", volunteers_csv=spaced))) == expected


def test_what_config_leaves_out_has_its_default(tmp_path: Path) -> None:
    config = '{"days": 2, "shifts": 2, "tier_km": {"near": 0, "far": 4}}'

    instance = folder.read(laid(tmp_path, config_json=config))

    assert instance.prices.seat_km == 1000.0
    assert instance.prices.radius_km is None
    assert instance.prices.backbone_fallback
    assert instance.horizon.one_per_day
    assert instance.horizon.rest_pairs == ()


def test_nobody_and_nothing_is_a_question_too(tmp_path: Path) -> None:
    headers = {
        f"{name}_csv": FILES[f"{name}.csv"].splitlines()[0] for name in ("volunteers", "posts", "pairs")
    }

    instance = folder.read(laid(tmp_path, **headers))

    assert instance.volunteers.id == ()
    assert instance.posts.seats.shape == (0, 3)


def test_writing_over_a_folder_leaves_no_pairs_of_before(tmp_path: Path) -> None:
    instance = folder.read(laid(tmp_path))

    folder.write(tmp_path, replace(instance, pairs=None))

    assert folder.read(tmp_path).pairs is None


def test_a_name_that_a_cell_cannot_hold_is_not_written(tmp_path: Path) -> None:
    instance = folder.read(laid(tmp_path / "good"))

    with pytest.raises(ValueError, match="'first;aid' cannot stand in a cell"):
        folder.write(tmp_path / "out", replace(instance, skills=("driver", "first;aid")))

    assert not (tmp_path / "out").exists()
