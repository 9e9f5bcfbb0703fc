"""Promises about every name of the province at once, without a database."""

import csv
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from muster.territory.actions.editions import Edition, Entry, data_folder, read_ended
from muster.territory.actions.sources import read_census, read_entries, read_outlines
from muster.territory.enums import DivisionKind, Level
from muster.territory.rules import ancestors_of, names, parent_of, range_of


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_entries(Edition.shipped())


def test_short_names_are_short_already(entries: list[Entry]) -> None:
    for entry in entries:
        short = names.short_name(entry.name)
        assert short
        assert len(short) <= len(entry.name)
        assert names.short_name(short) == short


def test_no_short_name_keeps_the_word_for_a_committee(entries: list[Entry]) -> None:
    kept = [entry.name for entry in entries if "委员会" in names.short_name(entry.name)]

    assert kept == []


def test_keys_fit_their_column_and_are_there_once(entries: list[Entry]) -> None:
    for entry in entries[::7]:
        keys = names.keys_of(names.short_name(entry.name))
        assert len(keys) == len(set(keys))
        assert 1 <= max(map(len, keys)) <= names.KEY_LENGTH


def test_every_name_has_the_keys_that_its_own_search_wants(entries: list[Entry]) -> None:
    for entry in entries[::5]:
        short = names.short_name(entry.name)
        spelling = names.spelling_of(short)
        keys = set(names.keys_of(short))
        assert set(names.keys_wanted(short)) <= keys
        assert set(names.keys_wanted(spelling.pinyin.replace(" ", ""))) <= keys


def test_official_name_of_a_community_wants_no_more_than_its_short_name(entries: list[Entry]) -> None:
    for entry in entries:
        if entry.level == Level.COMMUNITY and entry.name.endswith(("社区居民委员会", "社区居委会")):
            assert set(names.keys_wanted(entry.name)) <= set(names.keys_of(names.short_name(entry.name)))


def test_every_spelling_has_only_letters_and_digits(entries: list[Entry]) -> None:
    for entry in entries[::3]:
        spelling = names.spelling_of(names.short_name(entry.name))
        assert spelling.pinyin.replace(" ", "").isascii()
        assert spelling.initials.isalnum()
        assert len(spelling.initials) <= 40
        assert len(spelling.pinyin) <= 200


def test_kinds_are_as_many_as_the_codes_say(entries: list[Entry]) -> None:
    kinds = Counter(entry.kind for entry in entries if entry.level == Level.COMMUNITY)

    assert kinds[DivisionKind.VILLAGE] == 25_966
    assert kinds.total() == 34_412
    assert 8_408 < kinds[DivisionKind.COMMUNITY] < 8_447
    assert {entry.kind for entry in entries if entry.level < Level.COMMUNITY} == {""}


def test_parent_given_in_the_list_is_the_one_that_the_code_tells() -> None:
    levels = {"province": 2, "city": 4, "county": 6, "town": 9, "community": 12}
    with (data_folder() / "divisions" / "sichuan_divisions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            parent = parent_of(int(row["code"]), levels[row["level"]])
            assert str(parent or "") == row["parent_code"]


def test_ranges_of_brothers_do_not_overlap(entries: list[Entry]) -> None:
    for level in Level.values:
        ranges = sorted(range_of(entry.code, level) for entry in entries if entry.level == level)
        assert all(high <= low for (_, high), (low, _) in pairwise(ranges))


def test_every_place_lies_inside_all_above_it(entries: list[Entry]) -> None:
    by_code = {entry.code: entry for entry in entries}
    for entry in entries[::3]:
        for above in ancestors_of(entry.code, entry.level):
            low, high = range_of(above, by_code[above].level)
            assert low <= entry.code < high


def test_every_county_has_its_exact_census(entries: list[Entry]) -> None:
    census = read_census()
    people: dict[int, int] = defaultdict(int)
    for entry in entries:
        if entry.level == Level.COMMUNITY:
            people[ancestors_of(entry.code, entry.level)[1]] += entry.population or 0

    assert people == {code: county.population for code, county in census.items()}


def test_no_place_has_more_households_than_people(entries: list[Entry]) -> None:
    assert all((entry.household_count or 0) <= (entry.population or 0) for entry in entries)


@pytest.mark.parametrize("county", [510129, 513221, 513402, 511525])
def test_communities_of_a_mixed_county_are_no_smaller_than_its_villages(
    entries: list[Entry], county: int
) -> None:
    sizes: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if entry.code // 1_000_000 == county and entry.level == Level.COMMUNITY:
            sizes[entry.kind].append(entry.population or 0)

    mean = {kind: sum(found) / len(found) for kind, found in sizes.items()}
    # Two thirds: where both weigh the same, chance alone makes some difference.
    assert mean[DivisionKind.COMMUNITY] > mean[DivisionKind.VILLAGE] * 0.66


def test_every_position_lies_in_its_county(entries: list[Entry]) -> None:
    outlines = read_outlines()
    for entry in entries[::11]:
        if entry.level > Level.COUNTY:
            county = entry.code // 1_000_000 * 1_000_000
            assert entry.lon is not None
            assert entry.lat is not None
            assert outlines[county].holds([(entry.lon, entry.lat)]) == [True]


def test_every_division_below_the_province_has_a_position(entries: list[Entry]) -> None:
    assert [entry.name for entry in entries if entry.lon is None] == ["四川省"]


def test_codes_that_ended_lead_to_codes_that_are_listed(entries: list[Entry]) -> None:
    codes = {entry.code for entry in entries}
    for ended in read_ended(Edition.shipped()):
        assert ended.code not in codes
        assert ended.replaced_by in codes
        assert ended.began_on < ended.ended_on <= Edition.shipped().began_on
