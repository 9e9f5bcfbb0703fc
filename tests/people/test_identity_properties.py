"""Every number that is one is taken, every slip of a finger is refused, and no sentence repeats what was typed."""

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from muster.people.rules import (
    masked_address,
    masked_id_number,
    masked_name,
    masked_phone,
    name_keys,
    parse_id_number,
    parse_name,
    parse_phone,
)
from muster.people.rules.identity import IdNumber, Phone
from muster.toolkit.refusal import Refused
from tests.people.test_identity import ON, with_check

# Two busy cores can make the drawing of an example look slow.
calm = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

divisions = st.integers(0, 999_999).map(lambda number: f"{number:06d}")
births = st.dates(date(1900, 1, 1), ON).map(lambda day: f"{day:%Y%m%d}")
sequences = st.integers(0, 999).map(lambda number: f"{number:03d}")
id_numbers = st.builds(lambda *parts: with_check("".join(parts)), divisions, births, sequences)
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
# What stands between groups of digits on cards, in tables and in chats.
gaps = st.sampled_from(["", " ", "  ", "-", "\u2010", "\t", "\u3000", "."])
names = st.text("陈秀英王伟刘芳欧阳买提阿卜杜拉·", min_size=2, max_size=12).filter(
    lambda text: text.strip("·")
)


def typed_in_groups(draw: st.DrawFn, whole: str) -> str:
    """The characters as somebody may write them: with gaps, some of them full-width."""
    shown = []
    for character in whole:
        wide = draw(st.booleans())
        shown.append(chr(ord(character) + 0xFEE0) if wide else character)
        shown.append(draw(gaps))
    return "".join(shown)


@st.composite
def numbers_as_typed(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(id_numbers)
    return number, typed_in_groups(draw, draw(st.sampled_from([number, number.lower()])))


@st.composite
def mobiles_as_typed(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(mobiles)
    prefix = draw(st.sampled_from(["", "+86", "86", "0086", "+86 "]))
    return number, prefix + typed_in_groups(draw, number)


class TestIdNumbers:
    @calm
    @given(id_numbers)
    def test_every_number_with_its_check_digit_is_taken(self, number: str) -> None:
        taken = parse_id_number(number, on=ON)

        assert taken.value == number
        assert f"{taken.birth_on:%Y%m%d}" == number[6:14]
        assert set(taken.warnings) <= {"division_unknown"}

    @calm
    @given(id_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
    def test_one_wrong_character_is_refused(self, number: str, place: int, other: str) -> None:
        assume(number[place] != other)

        with pytest.raises(Refused) as caught:
            parse_id_number(number[:place] + other + number[place + 1 :], on=ON)

        expected = {"id_number_check", "id_number_date", "id_number_characters"}
        assert caught.value.code in expected

    @calm
    @given(id_numbers, st.integers(0, 16))
    def test_two_neighbors_that_changed_places_are_refused(self, number: str, place: int) -> None:
        """The commonest slip of all: the weights of the check digit differ from each place to the next."""
        assume(number[place] != number[place + 1])
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

        with pytest.raises(Refused):
            parse_id_number(swapped, on=ON)

    @calm
    @given(numbers_as_typed())
    def test_it_is_the_same_however_it_is_written(self, pair: tuple[str, str]) -> None:
        number, typed = pair

        assert parse_id_number(typed, on=ON).value == number

    @calm
    @given(id_numbers, st.integers(0, 17))
    def test_a_character_that_is_missing_or_doubled_is_counted(self, number: str, place: int) -> None:
        for typed in (number[:place] + number[place + 1 :], number[: place + 1] + number[place:]):
            with pytest.raises(Refused) as caught:
                parse_id_number(typed, on=ON)
            assert caught.value.code == "id_number_length"
            assert str(len(typed)) in caught.value.message

    @pytest.mark.parametrize(
        "first",
        [
            "51010419850312001",  # 锦江区 became a division in 1990
            "51010619751103002",  # 金牛区 too
            "51011719900701003",  # 郫都区 in 2016
            "51015619960229004",  # 简阳 came to Chengdu in 2016
            "81000019880808005",  # residence permits of Hong Kong,
            "82000019880808006",  # Macau
            "83000019880808007",  # and Taiwan
            "51010720000229008",  # the leap day of a century that has one
            "51010719000101009",  # the first day that a living holder can have
        ],
    )
    def test_real_numbers_that_library_gates_refuse_are_taken(self, first: str) -> None:
        assert parse_id_number(with_check(first), on=ON).warnings == ()

    @pytest.mark.parametrize(
        "first",
        [
            "51010719000229001",  # 1900 was no leap year
            "51010720230229001",
            "51010719850431001",
            "51010719851301001",
            "51010719850010001",
            "51010718991231001",
            "51010720260303001",  # tomorrow
        ],
    )
    def test_days_that_never_were_are_refused(self, first: str) -> None:
        with pytest.raises(Refused) as caught:
            parse_id_number(with_check(first), on=ON)

        assert caught.value.code == "id_number_date"


class TestPhones:
    @calm
    @given(mobiles_as_typed())
    def test_every_mobile_number_is_taken_however_it_is_written(self, pair: tuple[str, str]) -> None:
        number, typed = pair

        taken = parse_phone(typed)

        assert taken.e164 == f"+86{number}"
        assert set(taken.warnings) <= {"phone_new_range"}

    @calm
    @given(mobiles)
    def test_what_was_kept_is_read_as_itself(self, number: str) -> None:
        taken = parse_phone(number)

        assert parse_phone(taken.e164) == taken

    @calm
    @given(mobiles, st.integers(1, 10), st.booleans())
    def test_missing_and_surplus_digits_are_counted(self, number: str, digits: int, longer: bool) -> None:
        typed = number + "5" * digits if longer else number[:-digits]
        assume(not typed.startswith("86"))

        with pytest.raises(Refused) as caught:
            parse_phone(typed)

        assert caught.value.code == ("phone_too_long" if longer else "phone_too_short")
        assert str(digits) in caught.value.message

    @calm
    @given(st.from_regex(r"(1[0-2]|[2-9][0-9])[0-9]{9}", fullmatch=True))
    def test_eleven_digits_of_another_kind_are_no_mobile_number(self, typed: str) -> None:
        with pytest.raises(Refused) as caught:
            parse_phone(typed)

        assert caught.value.code == "phone_not_mobile"


@calm
@given(st.one_of(st.text(max_size=40), numbers_as_typed().map(lambda pair: pair[1] + "7")))
def test_any_text_is_a_number_or_is_refused_without_repeating_it(typed: str) -> None:
    """A refusal may end up in a log, so it counts and names places, and holds no four digits of what was typed."""
    digits = "".join(re.findall(r"[0-9]", typed))
    for parse, kind in ((parse_id_number, IdNumber), (parse_phone, Phone)):
        try:
            assert isinstance(parse(typed), kind)
        except Refused as refused:
            runs = {digits[start : start + 4] for start in range(len(digits) - 3)}
            # The one year that a sentence says is its own.
            assert not {run for run in runs - {"2013"} if run in refused.message}


@calm
@given(st.text(max_size=60))
def test_any_text_is_a_name_or_is_refused(typed: str) -> None:
    try:
        kept = parse_name(typed)
    except Refused as refused:
        assert refused.code in {"name_length", "name_characters"}
    else:
        assert 2 <= len(kept) <= 50
        assert parse_name(kept) == kept


class TestSearchKeys:
    @calm
    @given(names, st.data())
    def test_every_part_of_a_name_finds_it(self, name: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(name) - 1))
        end = data.draw(st.integers(start + 1, len(name)))

        assert set(name_keys(name[start:end])) <= set(name_keys(name))

    @calm
    @given(names)
    def test_keys_fit_the_column_and_stand_once(self, name: str) -> None:
        keys = name_keys(name)

        assert keys == sorted(set(keys))
        assert all(0 <= key < 2**31 for key in keys)


class TestMasks:
    @calm
    @given(mobiles)
    def test_a_phone_keeps_four_digits_hidden(self, number: str) -> None:
        assert masked_phone(f"+86{number}") == masked_phone(number) == f"{number[:3]}****{number[7:]}"

    @calm
    @given(id_numbers)
    def test_an_id_number_hides_birth_and_sequence(self, number: str) -> None:
        shown = masked_id_number(number)

        assert len(shown) == len(number)
        assert sum(character != "*" for character in shown) == 5
        assert number[6:14] not in shown

    @calm
    @given(names)
    def test_a_name_shows_two_characters_at_most(self, name: str) -> None:
        shown = masked_name(name)

        assert shown != name
        assert len(shown.replace("*", "")) <= 2
        assert len(shown) <= 4

    @calm
    @given(st.text("武侯区浆洗街道号栋单元0123456789一二三 -", max_size=40))
    def test_an_address_shows_no_number(self, address: str) -> None:
        shown = masked_address(address)

        assert not re.search(r"[0-9一二三四五六七八九十]", shown)
        assert shown == "" or address.startswith(shown.removesuffix("***"))
