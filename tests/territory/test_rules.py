"""Codes, names, head counts and positions, on plain values."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.territory.actions.editions import Edition, data_folder
from muster.territory.actions.sources import read_census, read_entries, read_outlines
from muster.territory.enums import DivisionKind, Level
from muster.territory.rules import ancestors_of, counts, inside, names, parent_of, positions, range_of

JINLI = 510107001006


@pytest.mark.parametrize(
    ("code", "level", "high"),
    [
        (510000000000, Level.PROVINCE, 520000000000),
        (510100000000, Level.CITY, 510200000000),
        (510107000000, Level.COUNTY, 510108000000),
        # Ends in more zeros than its level has: the level decides, not the zeros.
        (510110000000, Level.COUNTY, 510111000000),
        (510107100000, Level.TOWNSHIP, 510107101000),
        (510107001010, Level.COMMUNITY, 510107001011),
        (510107001200, Level.COMMUNITY, 510107001201),
    ],
)
def test_range_of_a_code_follows_its_level(code: int, level: int, high: int) -> None:
    assert range_of(code, level) == (code, high)


def test_ancestors_are_the_nearest_first() -> None:
    assert ancestors_of(JINLI, Level.COMMUNITY) == [510107001000, 510107000000, 510100000000, 510000000000]
    assert ancestors_of(510000000000, Level.PROVINCE) == []


def test_parent_of_a_township_that_ends_in_zeros_is_its_county() -> None:
    assert parent_of(510107100000, Level.TOWNSHIP) == 510107000000
    assert parent_of(510000000000, Level.PROVINCE) is None


def test_inside_counts_the_low_end_and_not_the_high_end() -> None:
    street = range_of(510107001000, Level.TOWNSHIP)

    assert inside(510107001000, (street,))
    assert inside(JINLI, (street,))
    assert not inside(510107002000, (street,))
    assert not inside(JINLI, ())


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("武侯祠社区居民委员会", "武侯祠社区"),
        ("锦里社区居委会", "锦里社区"),
        ("联合社区居民居委会", "联合社区"),
        ("渡口社区委员会", "渡口社区"),
        ("团结社区居民委员", "团结社区"),
        ("永寿社区村民委员会", "永寿社区"),
        ("大柏林村村民委员会", "大柏林村"),
        ("青㭎村民委员会", "青㭎村"),
        ("跳蹬村委会", "跳蹬村"),
        ("新村村民委员会", "新村"),
        ("黄桷村村委员会", "黄桷村"),
        ("甲西村（左翼）村村民委员会", "甲西村（左翼）村"),
        ("河坝街居委会", "河坝街居委会"),
        ("丹桂居民委员会", "丹桂居委会"),
        ("607社区居委会", "607社区"),
        ("白河牧场虚拟生活区", "白河牧场虚拟生活区"),
        ("浆洗街街道", "浆洗街街道"),
        ("䢺江镇", "䢺江镇"),
    ],
)
def test_short_name_is_what_people_say(name: str, short: str) -> None:
    assert names.short_name(name) == short


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("锦里社区居委会", 510107001006, DivisionKind.COMMUNITY),
        ("青㭎村民委员会", 511525108236, DivisionKind.VILLAGE),
        ("永寿社区村民委员会", 510181101201, DivisionKind.VILLAGE),
        # Named as a village, coded as a community: the code is right.
        ("豹山社区村民委员会", 511024111003, DivisionKind.COMMUNITY),
        ("德康社区", 513424001400, DivisionKind.COMMUNITY),
        ("四川省汉王山监狱社区", 511525109400, DivisionKind.OTHER),
        ("翠外管理区", 511502102401, DivisionKind.OTHER),
        ("松潘林业局虚拟生活区", 513224401598, DivisionKind.OTHER),
        ("四川省新华劳动教育管理所虚拟社区", 510704400498, DivisionKind.OTHER),
    ],
)
def test_kind_is_told_by_the_code_and_then_by_the_name(name: str, code: int, kind: str) -> None:
    assert names.kind_of(name, code) == kind


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("锦里社区", "jin li she qu", "jlsq"),
        ("䢺江镇", "chu jiang zhen", "cjz"),
        ("荥经县", "ying jing xian", "yjx"),
        ("筠连县", "jun lian xian", "jlx"),
        ("郫都区", "pi du qu", "pdq"),
        ("607社区", "607 she qu", "6sq"),
        ("社区", "she qu", "sq"),
        ("甲西村（左翼）村", "jia xi cun zuo yi cun", "jxczyc"),
    ],
)
def test_spelling_reads_local_names_as_they_are_read_here(name: str, pinyin: str, initials: str) -> None:
    assert names.spelling_of(name) == names.Spelling(pinyin, initials)


def test_keys_hold_marks_pairs_and_beginnings() -> None:
    assert names.keys_of("锦里") == ["ji", "jin", "jinl", "jinli", "jl", "里", "锦", "锦里"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("锦里社区居委会", ["社区", "里社", "锦里"]),
        ("锦", ["锦"]),
        ("ＪＬＳＱ", ["jlsq"]),
        ("浆洗街街道办事处", ["洗街", "浆洗", "街街", "街道"]),
        ("浆洗街街道办", ["洗街", "浆洗", "街街", "街道"]),
        ("jiangxijiejiedao", ["jiangxijieji"]),
        ("（）", []),
        ("", []),
    ],
)
def test_wanted_keys_follow_what_was_typed(text: str, keys: list[str]) -> None:
    assert sorted(names.keys_wanted(text)) == sorted(keys)


@given(st.integers(0, 10**7), st.lists(st.floats(0.001, 1000), min_size=1, max_size=200))
def test_shares_add_up_to_the_person(total: int, weights: list[float]) -> None:
    found = counts.shares(total, weights)

    assert sum(found) == total
    assert min(found) >= 0
    assert all(
        abs(share - total * weight / sum(weights)) < 1.001
        for share, weight in zip(found, weights, strict=True)
    )


def test_weights_give_urban_people_to_communities_and_rural_people_to_villages() -> None:
    places = [
        (1, DivisionKind.COMMUNITY),
        (2, DivisionKind.COMMUNITY),
        *((n, DivisionKind.VILLAGE) for n in range(200, 240)),
    ]

    weights = counts.weights_of(places, counts.Census(population=100, households=40, urban=60, rural=40))

    assert round(sum(weights[:2]) / sum(weights), 6) == 0.6


def test_weights_never_make_the_last_villages_larger_than_the_communities() -> None:
    places = [
        *((n, DivisionKind.COMMUNITY) for n in range(40)),
        (200, DivisionKind.VILLAGE),
        (201, DivisionKind.VILLAGE),
    ]

    weights = counts.weights_of(places, counts.Census(population=100, households=40, urban=20, rural=80))

    assert weights == counts.weights_of(
        [(n, DivisionKind.VILLAGE) for n, _ in places], counts.Census(1, 1, 1, 1)
    )


def test_weight_of_a_prison_is_a_quarter() -> None:
    nobody = counts.Census(population=1, households=1, urban=0, rural=0)

    (village,) = counts.weights_of([(7, DivisionKind.VILLAGE)], nobody)
    (prison,) = counts.weights_of([(7, DivisionKind.OTHER)], nobody)

    assert prison == village / 4


def test_weights_of_a_county_without_rural_people_still_reach_its_villages() -> None:
    places = [(1, DivisionKind.COMMUNITY), (200, DivisionKind.VILLAGE)]

    weights = counts.weights_of(places, counts.Census(population=100, households=40, urban=100, rural=0))

    assert min(weights) > 0


def test_census_reads_a_zone_without_a_division_with_its_county() -> None:
    census = read_census()

    assert len(census) == 183
    assert sum(county.population for county in census.values()) == 83_674_866
    assert sum(county.households for county in census.values()) == 30_756_120


def test_shipped_edition_counts_every_division_and_every_person() -> None:
    entries = read_entries(Edition.shipped())

    assert Counter(entry.level for entry in entries) == {2: 1, 4: 21, 6: 183, 9: 3111, 12: 34412}
    by_level = Counter[int]()
    for entry in entries:
        by_level[entry.level] += entry.population or 0
    assert set(by_level.values()) == {83_674_866}
    assert min(entry.household_count or 0 for entry in entries if entry.kind == DivisionKind.COMMUNITY) > 0
    assert Edition.shipped().began_on == date(2023, 6, 30)


def test_place_lies_inside_the_outline_and_is_always_the_same() -> None:
    wuhou = read_outlines()[510107000000]

    wanted = [(JINLI, wuhou.center, 3.0), (JINLI + 1, wuhou.center, 3.0)]

    first, second = positions.places_inside(wanted, wuhou)

    assert wuhou.holds([first, second]) == [True, True]
    assert first != second
    # Neither the company nor the order of a place moves it.
    assert positions.places_inside(wanted[::-1], wuhou) == [second, first]
    assert positions.places_inside(wanted[:1], wuhou) == [first]


def test_place_of_which_no_offset_lies_inside_stands_at_the_center() -> None:
    wuhou = read_outlines()[510107000000]
    beyond = (90.0, 20.0)

    assert positions.places_inside([(JINLI, beyond, 1.0)], wuhou) == [beyond]


def test_no_places_are_no_points() -> None:
    assert positions.places_inside([], read_outlines()[510107000000]) == []


def test_outline_knows_inside_from_outside_and_from_a_hole() -> None:
    ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]]
    feature = {
        "properties": {"center": [0.5, 0.5]},
        "geometry": {"type": "Polygon", "coordinates": [ring, hole]},
    }

    outline = positions.outline_of(feature)

    assert outline.holds([(0.5, 2.0), (2.0, 2.0), (5.0, 2.0)]) == [True, False, False]


def test_every_county_has_an_outline_that_holds_its_label_point() -> None:
    outlines = read_outlines()

    counties = [code for code in outlines if code % 100_000_000]
    assert len(counties) == 183
    assert all(outlines[code].holds([outlines[code].center]) == [True] for code in counties)


def test_sources_name_every_file_that_is_carried() -> None:
    folder = Path(data_folder())
    listed = (folder / "SOURCES.md").read_text(encoding="utf-8")

    for place in ("divisions", "population", "shapes", "callups", "skills"):
        for file in (folder / place).iterdir():
            assert f"`{place}/{file.name}`" in listed
    assert json.loads((folder / "divisions" / "edition.json").read_text())["began_on"] == "2023-06-30"
