"""Columns of a CSV file: what a cell means, where it stands, and that reading in blocks changes nothing."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import tables
from muster.kernel.dispatch.pools.faults import MOST_FAULTS, BadFiles, Fault, Faults, Wrong
from muster.kernel.dispatch.pools.tables import Names, Numbers, Table, Words, number, whole

CELL = st.text(st.sampled_from('ab1 ,;"\n\r社'), max_size=5)


def read(path: Path, content: str | bytes, **columns: Any) -> tuple[Table, list[Fault]]:
    """The table, and what is wrong with it."""
    file = path / "table.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    faults = Faults()
    table = Table(file, columns, faults)
    good = table.read()
    try:
        faults.raise_any()
    except BadFiles as refused:
        assert not good
        return table, list(refused.faults)
    assert good
    return table, []


def codes(faults: list[Fault]) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.code) for one in faults]


@settings(max_examples=80)
@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=9),
    block=st.integers(1, 4),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_cells_and_lines_are_those_that_were_written(
    rows: list[tuple[str, str]], block: int, end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL)
    lines = []
    for row in [("first", "second"), *rows]:
        # A line ends at each of CR, LF and both together, inside of quotes as well.
        before = text.getvalue()
        lines.append(len(before.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        writer.writerow(row)
    # Rows that hold nothing but spaces are passed over.
    kept = [at for at, row in enumerate(rows) if any(map(str.strip, row))]
    rows, lines = [rows[at] for at in kept], [lines[at + 1] for at in kept]
    first, second = Names(unique=False), Names(unique=False)

    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "ROWS_AT_ONCE", block)
        table, faults = read(Path(place), text.getvalue(), first=first, second=second)

    assert list(zip(first.values, second.values, strict=True)) == [(a.strip(), b.strip()) for a, b in rows]
    assert [table.line_of(row) for row in range(table.rows)] == lines
    empty = [
        (line, name, "empty_cell")
        for line, row in zip(lines, rows, strict=True)
        for name, cell in zip(("first", "second"), row, strict=True)
        if not cell.strip()
    ]
    assert codes(faults) == empty[:MOST_FAULTS]


@settings(max_examples=50)
@given(st.lists(st.sampled_from("abcd"), max_size=12), st.integers(1, 5))
def test_every_name_that_was_there_before_is_told_with_its_first_line(names: list[str], block: int) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "ROWS_AT_ONCE", block)
        _, faults = read(Path(place), "\n".join(["id", *names]), id=Names())

    assert faults == [
        Fault("table.csv", row + 2, "id", "twice", {"value": name, "first": names.index(name) + 2})
        for row, name in enumerate(names)
        if names.index(name) != row
    ]


@settings(max_examples=150)
@given(
    st.text(st.sampled_from("0123456789+-.eE_ xn٣"), max_size=6)
    | st.floats().map(str)
    | st.decimals(allow_nan=False).map(str)
)
def test_a_number_is_what_a_spreadsheet_would_write(text: str) -> None:
    try:
        meant = Decimal(text.strip()) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        meant = None
    good = meant is not None and meant.is_finite() and -1000 <= float(meant) <= 1000

    try:
        value = number(text, -1000, 1000)
    except Wrong as wrong:
        assert not good
        out_of_range = meant is not None and meant.is_finite()
        assert wrong.code == (
            "out_of_range" if out_of_range else "empty_cell" if not text.strip() else "not_a_number"
        )
    else:
        assert good
        assert value == float(text)


@pytest.mark.parametrize("odd", ["", "x", "nan", "1e9", "1_0", "٣", "-inf"])
def test_one_odd_number_does_not_touch_the_others(tmp_path: Path, odd: str) -> None:
    column = Numbers(0, 100)

    _, faults = read(tmp_path, f"id,km\na,1\nb,{odd}\nc, 2.5 \n", id=Names(), km=column)

    assert [one.line for one in faults] == [3]
    assert column.values.tolist() == [1.0, 0.0, 2.5]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7", None),
        ("+7", None),
        ("007", None),
        ("-1", "out_of_range"),
        ("101", "out_of_range"),
        ("9" * 18, "out_of_range"),
        ("9" * 19, "out_of_range"),
        ("9" * 9_999, "out_of_range"),
        ("7.0", None),
        ("7.", None),
        ("７", None),
        ("７．０", None),
        ("7.5", "not_whole"),
        ("7.0.0", "not_whole"),
        (".0", "not_whole"),
        ("7e0", "not_whole"),
        ("7 7", "not_whole"),
        ("٧", "not_whole"),
        ("1_0", "not_whole"),
        ("", "empty_cell"),
    ],
)
def test_a_whole_number_is_written_as_one_or_as_programs_write_it(text: str, code: str | None) -> None:
    understand = whole(0, 100)

    if code is None:
        assert understand(text) == 7
    else:
        with pytest.raises(Wrong) as refused:
            understand(text)
        assert refused.value.code == code


def test_words_are_understood_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def length(cell: str) -> int:
        asked.append(cell)
        return len(cell)

    column = Words(length, {"known": 99})

    _, faults = read(tmp_path, "word\n" + "\n".join(["aa", "known", "b", "aa", " aa", "known"]), word=column)

    assert faults == []
    assert column.values.tolist() == [2, 99, 1, 2, 2, 99]
    # Once for each way of writing it, without the spaces around it.
    assert asked == ["aa", "b", "aa"]


def test_a_wrong_word_is_told_wherever_it_stands(tmp_path: Path) -> None:
    def refuse(cell: str) -> int:
        raise Wrong("bad", value=cell)

    _, faults = read(
        tmp_path, "word,id\ngood,1\nbad,2\nugly,3\nbad,4\n", word=Words(refuse, {"good": 1}), id=Names()
    )

    assert faults == [
        Fault("table.csv", line, "word", "bad", {"value": value})
        for line, value in ((3, "bad"), (4, "ugly"), (5, "bad"))
    ]


def test_masks_of_63_bits_are_kept_whole(tmp_path: Path) -> None:
    column = Words(lambda cell: int(cell, 2))

    read(tmp_path, f"mask\n{'1' * 63}\n1{'0' * 62}\n", mask=column)

    assert column.values.tolist() == [2**63 - 1, 2**62]


def test_no_rows_make_empty_columns(tmp_path: Path) -> None:
    numbers, words, names = Numbers(0, 1), Words(int), Names()

    table, faults = read(tmp_path, "a,b,c\n", a=numbers, b=words, c=names)

    assert (table.rows, faults) == (0, [])
    assert (numbers.values.tolist(), words.values.tolist(), names.values) == ([], [], [])


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id,km", []),
        ("km,id", []),
        (" id , km ", []),
        ('"id","km"', []),
        ("id", [(1, "km", "missing_column")]),
        ("id,note", [(1, "note", "unknown_column"), (1, "km", "missing_column")]),
        ("id,", [(1, "2", "unknown_column"), (1, "km", "missing_column")]),
        ("ID,km", [(1, "ID", "unknown_column"), (1, "id", "missing_column")]),
        ("id,id", [(1, "id", "double_column"), (1, "km", "missing_column")]),
        ("id;km", [(1, "", "wrong_separator")]),
        ("id\tkm", [(1, "", "wrong_separator")]),
        ("id，km", [(1, "", "wrong_separator")]),
        ("i\0d\0,\0k\0m", [(1, "", "not_utf8")]),
        (
            "a,1",
            [(1, "a", "unknown_column"), (1, "1", "unknown_column")]
            + [(1, n, "missing_column") for n in ("id", "km")],
        ),
    ],
)
def test_a_header_names_every_column_once(
    tmp_path: Path, header: str, told: list[tuple[int, str, str]]
) -> None:
    table, faults = read(
        tmp_path, f"{header}\n7,7\n" if not told else f"{header}\nx,x,x,x\n", id=Names(), km=Numbers(0, 9)
    )

    assert codes(faults) == told
    assert table.readable == (not told)


def test_rows_of_another_width_are_told_and_the_others_are_read(tmp_path: Path) -> None:
    names = Names()

    table, faults = read(tmp_path, "id,km\na,1\nb\n\nc,1,2\nd,x\n", id=names, km=Numbers(0, 9))

    assert codes(faults) == [(3, "km", "wrong_cells"), (5, "3", "wrong_cells"), (6, "km", "not_a_number")]
    assert names.values == ["a", "d"]
    # What other files say of the rows that are missing here cannot be looked up.
    assert not table.readable


def test_a_wrong_cell_leaves_the_table_readable(tmp_path: Path) -> None:
    table, faults = read(tmp_path, "id,km\na,x\n", id=Names(), km=Numbers(0, 9))

    assert codes(faults) == [(2, "km", "not_a_number")]
    assert table.readable


@pytest.mark.parametrize(
    ("rows", "line"),
    [('a,"1\nb,2\n', 2), ('a,1\nb,"2\nc,3\nd,4\n', 3), ('"a\na",1\nb,2"2\nc,"3', 5), ('a,1\n"b"b,2\n', 3)],
)
def test_a_broken_quote_is_told_where_its_row_begins(tmp_path: Path, rows: str, line: int) -> None:
    _, faults = read(tmp_path, f"id,note\n{rows}", id=Names(), note=Names(unique=False))

    assert codes(faults)[-1] == (line, "", "broken_quotes")


def test_a_cell_without_end_is_told(tmp_path: Path) -> None:
    _, faults = read(tmp_path, f"id\na\n{'b' * 200_000}\n", id=Names())

    assert faults == [Fault("table.csv", 3, "", "long_cell", {"most": 131_072})]


def test_columns_that_nobody_asks_for_are_passed_over(tmp_path: Path) -> None:
    names, km = Names(), Numbers(0, 9)

    table, faults = read(tmp_path, "note,id,,km,note,\nx,a,,1,y,\n,b,,2,,\n", id=names, km=km)

    assert (faults, table.readable) == ([], True)
    assert (names.values, km.values.tolist()) == (["a", "b"], [1.0, 2.0])


def test_rows_without_anything_are_passed_over_and_lines_stay_right(tmp_path: Path) -> None:
    names, km = Names(), Numbers(0, 9)

    table, faults = read(tmp_path, "\n ,\nid,km\na,1\n,\n   \n\u3000,\nb,2\n,,,\n,x\n", id=names, km=km)

    assert codes(faults) == [(10, "id", "empty_cell"), (10, "km", "not_a_number")]
    assert names.values == ["a", "b", ""]
    assert [table.line_of(row) for row in range(3)] == [4, 8, 10]


@pytest.mark.parametrize("text", ["３０００", "３０００．０", "＋3000", "３e３", "　3000　"])
def test_full_width_digits_are_digits(text: str) -> None:
    assert number(text, 0, 9_999) == 3_000.0


def test_reading_stops_where_enough_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 100)
    column = Numbers(0, 9)

    _, faults = read(tmp_path, "km\n" + "x\n" * 10_000, km=column)

    assert [one.line for one in faults] == list(range(2, 2 + MOST_FAULTS))
    assert len(column.values) == 100


def test_columns_of_one_line_are_told_from_left_to_right(tmp_path: Path) -> None:
    columns = {name: Numbers(0, 9) for name in ("c", "a", "b")}

    _, faults = read(tmp_path, "c,a,b\n1,1,x\nx,x,x\nx,1,1\n", **columns)

    assert codes(faults) == [
        (line, column, "not_a_number") for line, column in ((2, "b"), (3, "c"), (3, "a"), (3, "b"), (4, "c"))
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff\xfei\x00d\x00", (1, "1", "ff")),
        (b"id\nab\xc9\xe7\n", (2, "3", "c9")),
        ("id\n社区".encode() + b"\xf1\n", (2, "3", "f1")),
        (b"id\n" + b"x\n" * 70_000 + b"y\x80\n", (70_002, "2", "80")),
        (b"id\n\xe7\xa4", (2, "1", "e7")),
    ],
    ids=["UTF-16", "GBK", "after Chinese", "far down", "cut off"],
)
def test_the_first_byte_of_another_encoding_has_its_place(
    tmp_path: Path, content: bytes, place: tuple[int, str, str]
) -> None:
    _, faults = read(tmp_path, content, id=Names(unique=False))

    line, column, byte = place
    assert faults[-1] == Fault("table.csv", line, column, "not_utf8", {"byte": byte})


def test_mistakes_of_several_files_stand_in_the_order_in_which_files_are_read() -> None:
    faults = Faults()
    for file, line, place in (("b", 3, 1), ("a", 9, 0), ("b", 3, 0), ("b", 1, 5), ("a", 2, 0)):
        faults.add(file, line, f"column {place}", Wrong("bad"), place)

    with pytest.raises(BadFiles) as refused:
        faults.raise_any()

    assert [(one.file, one.line, one.column) for one in refused.value.faults] == [
        ("b", 1, "column 5"),
        ("b", 3, "column 0"),
        ("b", 3, "column 1"),
        ("a", 2, "column 0"),
        ("a", 9, "column 0"),
    ]
    assert (faults.count("a"), faults.count("b"), faults.count("c")) == (2, 3, 0)


@pytest.mark.parametrize(("found", "more"), [(1, False), (MOST_FAULTS, False), (MOST_FAULTS + 1, True)])
def test_only_so_many_mistakes_are_told_as_somebody_reads(found: int, more: bool) -> None:
    faults = Faults()
    for line in range(1, found + 1):
        faults.add("a", line, "", Wrong("bad"))

    with pytest.raises(BadFiles) as refused:
        faults.raise_any()

    assert refused.value.more == more == faults.enough
    assert len(refused.value.faults) == min(found, MOST_FAULTS)


def test_no_mistakes_raise_nothing() -> None:
    Faults().raise_any()


def test_the_text_of_a_refusal_names_every_place_for_logs() -> None:
    refused = BadFiles([Fault("a.csv", 3, "km", "empty_cell"), Fault("b.csv", 0, "", "missing_file")])

    assert str(refused) == "a.csv:3:km: empty_cell {}; b.csv:0:: missing_file {}"
