"""Identity numbers, phones and names by norms.md part E: real ones pass, wrong ones get a sentence."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.people.enums import Sex
from muster.people.rules import parse_id_number, parse_name, parse_phone
from muster.people.rules.identity import ID_CHECKS, ID_WEIGHTS
from muster.toolkit.refusal import Refused

ON = date(2026, 3, 2)
GOOD = "11010519491231002X"


def with_check(first: str) -> str:
    """The 17 characters with the check digit that belongs to them."""
    return first + ID_CHECKS[sum(int(d) * w for d, w in zip(first, ID_WEIGHTS, strict=True)) % 11]


def refusal_of(parse: Callable[[str], object], text: str) -> str:
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.code


def id_refusal(text: str) -> str:
    return refusal_of(lambda typed: parse_id_number(typed, on=ON), text)


def test_id_number_vectors_of_the_norm_pass() -> None:
    number = parse_id_number(GOOD, on=ON)

    assert (number.value, number.birth_on, number.sex) == (GOOD, date(1949, 12, 31), Sex.FEMALE)
    assert number.warnings == ()


def test_id_number_of_the_norm_from_1880_has_a_right_check_digit_and_an_impossible_birth() -> None:
    """E.1 gives it as a vector of the check digit, and asks for a year from 1900 on."""
    assert with_check("44052418800101001") == "440524188001010014"
    assert id_refusal("440524188001010014") == "id_number_date"


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_id_number_is_read_as_people_type_it(typed: str) -> None:
    assert parse_id_number(typed, on=ON).value == GOOD


@pytest.mark.parametrize(
    ("division", "born"), [("510104", "19850312"), ("510106", "19751103"), ("510117", "19900701")]
)
def test_id_number_of_a_division_younger_than_its_holder_passes(division: str, born: str) -> None:
    """The library's gate refuses these real Chengdu numbers (E.1)."""
    assert parse_id_number(with_check(f"{division}{born}001"), on=ON).warnings == ()


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_id_number_of_a_residence_permit_passes(prefix: str) -> None:
    number = parse_id_number(with_check(f"{prefix}19880808003"), on=ON)

    assert (number.sex, number.warnings) == (Sex.MALE, ())


def test_id_number_of_an_unknown_division_is_a_warning_only() -> None:
    assert parse_id_number(with_check("99010119880808003"), on=ON).warnings == ("division_unknown",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_number_length"),
        ("1101051949123100", "id_number_length"),
        ("110105491231002", "id_number_old"),
        ("11010519491231002Y", "id_number_characters"),
        ("1101051949123100XX", "id_number_characters"),
        (with_check("11010519490230002"), "id_number_date"),
        (with_check("11010518991231002"), "id_number_date"),
        (with_check("11010520300101002"), "id_number_date"),
        ("110105194912310021", "id_number_check"),
    ],
)
def test_id_number_that_is_wrong_is_refused_with_its_reason(text: str, code: str) -> None:
    assert id_refusal(text) == code


def test_id_number_born_today_passes_and_tomorrow_does_not() -> None:
    assert parse_id_number(with_check("51010720260302001"), on=ON).birth_on == ON
    assert id_refusal(with_check("51010720260303001")) == "id_number_date"


def test_id_number_with_any_one_character_changed_fails() -> None:
    for place, character in enumerate(GOOD):
        for other in "0123456789X":
            if other != character:
                assert id_refusal(GOOD[:place] + other + GOOD[place + 1 :]).startswith("id_number_")


# Two busy cores can make the drawing of a date look slow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dates(date(1900, 1, 1), ON), st.integers(0, 999))
def test_id_number_of_any_birth_date_passes(born: date, sequence: int) -> None:
    number = parse_id_number(with_check(f"510107{born:%Y%m%d}{sequence:03d}"), on=ON)

    assert number.birth_on == born
    assert number.sex == (Sex.MALE if sequence % 2 else Sex.FEMALE)


@pytest.mark.parametrize(
    "typed",
    [
        "13812341234",
        "138 1234 1234",
        "138-1234-1234",
        "+8613812341234",
        "+86 138 1234 1234",
        "0086 13812341234",
        "8613812341234",
        "（+86）13812341234",
        "１３８１２３４１２３４",
        " 13812341234\t",
    ],
)
def test_phone_is_read_as_people_type_it(typed: str) -> None:
    phone = parse_phone(typed)

    assert (phone.e164, phone.warnings) == ("+8613812341234", ())


@pytest.mark.parametrize("prefix", ["138", "162", "170", "192", "195", "196", "197"])
def test_phone_of_a_known_range_has_no_warning(prefix: str) -> None:
    assert parse_phone(f"{prefix}12345678").warnings == ()


@pytest.mark.parametrize("prefix", ["144", "154", "174"])
def test_phone_of_a_new_range_is_a_warning_only(prefix: str) -> None:
    phone = parse_phone(f"{prefix}12345678")

    assert (phone.e164, phone.warnings) == (f"+86{prefix}12345678", ("phone_new_range",))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1381234", "phone_too_short"),
        ("138123412345", "phone_too_long"),
        ("1440123456789", "phone_too_long"),
        ("02886740000", "phone_not_mobile"),
        ("12012341234", "phone_not_mobile"),
        ("+852 9123 4567", "phone_foreign"),
        ("13812341abc", "phone_characters"),
        ("", "phone_characters"),
    ],
)
def test_phone_that_is_wrong_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refusal_of(parse_phone, text) == code


def test_phone_refusal_counts_what_is_missing_and_repeats_nothing() -> None:
    with pytest.raises(Refused) as caught:
        parse_phone("1381234")

    assert "4" in caught.value.message
    assert "1381234" not in caught.value.message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("陈秀英", "陈秀英"),
        ("  陈秀英 ", "陈秀英"),
        ("买买提•艾力", "买买提·艾力"),
        ("阿依古丽・吐尔逊", "阿依古丽·吐尔逊"),
        ("\U00030edd\U00030ede", "\U00030edd\U00030ede"),
        ("𬴂明", "𬴂明"),
        ("John  Smith", "John Smith"),
        ("Mary-Ann O'Neil", "Mary-Ann O'Neil"),
    ],
)
def test_name_is_kept_as_people_bear_it(typed: str, kept: str) -> None:
    assert parse_name(typed) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_length"),
        ("陈", "name_length"),
        ("陈" * 51, "name_length"),
        ("陈秀英1", "name_characters"),
        ("<b>陈</b>", "name_characters"),
        ("陈\x00英", "name_characters"),
        ("陈\u202e英", "name_characters"),
    ],
)
def test_name_that_is_wrong_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refusal_of(parse_name, text) == code


def test_name_of_fifty_characters_passes() -> None:
    assert parse_name("陈" * 50) == "陈" * 50
