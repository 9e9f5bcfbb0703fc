"""A list with a fault is refused with the line, and what was in force before stays in force."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import translation

from muster.audit.models import Entry as TrailEntry
from muster.territory.actions.editions import Edition, read_ended, read_listed
from muster.territory.actions.load import load_divisions
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.toolkit.refusal import Refused

from .conftest import MakeEdition

TREE = [
    "510000000000,四川省,province",
    "510100000000,成都市,city",
    "510107000000,武侯区,county",
    "510107001000,浆洗街街道,town",
    "510107001006,锦里社区居委会,community",
]
FIRST, SECOND = date(2023, 6, 30), date(2024, 6, 30)
HEADER = "code,name,level,began_on,ended_on,replaced_by"


def refusal_of(read: Callable[[Edition], object], edition: Edition) -> Refused:
    with pytest.raises(Refused) as refused, translation.override("en"):
        read(edition)
    assert refused.value.code == "divisions_unreadable"
    return refused.value


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("51010700100,少了一位,community", "“51010700100” is no code of twelve digits."),
        ("5101070010061,多了一位,community", "“5101070010061” is no code of twelve digits."),
        ("010107001006,以零开头,community", "“010107001006” is no code of twelve digits."),
        (
            "５１０１０７００１００６,全角数字,community",
            "“５１０１０７００１００６” is no code of twelve digits.",
        ),
        ("51010700100X,字母,community", "“51010700100X” is no code of twelve digits."),
        (",没有代码,community", "“” is no code of twelve digits."),
        ("510107001007,少陵社区,village", "“village” is no level."),
        ("510107001007,少陵社区,", "“” is no level."),
        ("510107001007,少陵社区", "The line is too short."),
        (
            "510107001007,少陵社区,town",
            "510107001007 is no code of that level: only zeros may follow.",
        ),
        ("510107001007,  ,community", "The name is missing."),
        ("510107001006,锦里社区,community", "510107001006 stands in line 6 already."),
        (
            "510107002001,科华路社区,community",
            "The division above it, 510107002000, is not in the list.",
        ),
        ("510108001000,双桥子街道,town", "The division above it, 510108000000, is not in the list."),
    ],
)
def test_a_faulty_line_is_named_with_what_is_wrong(make_edition: MakeEdition, line: str, fault: str) -> None:
    refused = refusal_of(read_listed, make_edition(FIRST, [*TREE, line]))

    assert refused.message == f"sichuan_divisions.csv, line 7: {fault} Nothing was loaded."
    assert (refused.detail["file"], refused.detail["line"]) == ("sichuan_divisions.csv", 7)


def test_the_fault_is_told_in_chinese_too(make_edition: MakeEdition) -> None:
    edition = make_edition(FIRST, [*TREE, "510107001006,锦里社区,community"])

    with pytest.raises(Refused) as refused, translation.override("zh-hans"):
        read_listed(edition)

    assert refused.value.message == (
        "sichuan_divisions.csv 第 7 行：510107001006 在第 6 行已经有了。什么都没有载入。"
    )


@pytest.mark.parametrize("column", ["code", "name", "level"])
def test_a_missing_column_is_named(make_edition: MakeEdition, column: str) -> None:
    edition = make_edition(FIRST, TREE)
    path = edition.folder / "sichuan_divisions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(column, "other", 1), encoding="utf-8")

    refused = refusal_of(read_listed, edition)

    assert refused.message == (
        f"sichuan_divisions.csv, line 1: The column “{column}” is missing. Nothing was loaded."
    )


def test_an_empty_file_has_no_columns(make_edition: MakeEdition) -> None:
    edition = make_edition(FIRST, TREE)
    (edition.folder / "sichuan_divisions.csv").write_text("", encoding="utf-8")

    assert refusal_of(read_listed, edition).detail["line"] == 1


def test_a_list_that_excel_has_saved_is_read(make_edition: MakeEdition) -> None:
    edition = make_edition(FIRST, TREE)
    path = edition.folder / "sichuan_divisions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\r\n"), encoding="utf-8-sig")

    assert [entry.name for entry in read_listed(edition)] == [line.split(",")[1] for line in TREE]


def test_the_order_of_the_lines_does_not_matter(make_edition: MakeEdition) -> None:
    listed = read_listed(make_edition(FIRST, TREE))

    assert read_listed(make_edition(FIRST, TREE[::-1])) == listed
    assert [entry.level for entry in listed] == sorted(Level.values)


def test_names_lose_the_blanks_around_them(make_edition: MakeEdition) -> None:
    (province,) = read_listed(make_edition(FIRST, ["510000000000, 四川省 ,province"]))

    assert province.name == "四川省"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "513425000000,会理县,county,2020-11-01,2020-11-01,513402000000",
            "It ends before it began.",
        ),
        (
            "513425000000,会理县,county,2021-01-01,2020-11-01,513402000000",
            "It ends before it began.",
        ),
        ("513425000000,会理县,county,1.11.2020,2021-01-01,", "“1.11.2020” is no day, as in 2024-06-30."),
        ("513425000000,会理县,county,2020-11-01,2021-02-30,", "“2021-02-30” is no day, as in 2024-06-30."),
        ("513425000000,会理县,county,2020-11-01,2021-01-01,51", "“51” is no code of twelve digits."),
        ("51342500000,会理县,county,2020-11-01,2021-01-01,", "“51342500000” is no code of twelve digits."),
        ("513425000000,,county,2020-11-01,2021-01-01,", "The name is missing."),
        ("513425000000,会理县,县,2020-11-01,2021-01-01,", "“县” is no level."),
        ("513425000000,会理县,county,2020-11-01", "The line is too short."),
    ],
)
def test_a_faulty_line_among_the_codes_that_ended_is_named(
    make_edition: MakeEdition, line: str, fault: str
) -> None:
    good = "513426000000,会东县,county,2020-11-01,2021-01-01,"

    refused = refusal_of(read_ended, make_edition(FIRST, TREE, [good, line]))

    assert refused.message == f"replaced_codes.csv, line 3: {fault} Nothing was loaded."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "ended"),
    [
        ([*TREE[:4], "510107001006,锦官社区居委会,community", "bad,,"], []),
        ([*TREE[:4]], ["510107001006,锦里社区居委会,community,2023-06-30,2020-01-01,"]),
    ],
    ids=["list", "ended codes"],
)
def test_a_faulty_edition_changes_nothing(
    make_edition: MakeEdition, rows: list[str], ended: list[str]
) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))
    before = list(Division.objects.order_by("pk").values())

    with pytest.raises(Refused):
        load_divisions(edition=make_edition(SECOND, rows, ended))

    assert list(Division.objects.order_by("pk").values()) == before
    assert TrailEntry.objects.filter(verb="territory.divisions.loaded").count() == 1
