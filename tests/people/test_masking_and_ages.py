"""What most pages show of a person, and from which age on one may serve."""

from datetime import date

import pytest
from pytest_django.fixtures import Settings

from muster.people.rules import (
    AgeLimits,
    age_on,
    check_age,
    masked_address,
    masked_id_number,
    masked_name,
    masked_phone,
    may_serve_in_emergency,
    name_keys,
)
from muster.toolkit.refusal import Refused

LIMITS = AgeLimits(minimum=14, adult=18, emergency_maximum=60)
ON = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("mask", "clear", "shown"),
    [
        (masked_phone, "13812341234", "138****1234"),
        (masked_phone, "+8613812341234", "138****1234"),
        (masked_phone, "", ""),
        (masked_name, "陈秀英", "陈*英"),
        (masked_name, "陈英", "陈*"),
        (masked_name, "欧阳修文", "欧**文"),
        (masked_name, "阿依古丽·吐尔逊", "阿**逊"),
        (masked_name, "", ""),
        (masked_id_number, "11010519491231002X", "110*************2X"),
        (masked_id_number, "", ""),
        (masked_address, "武侯区浆洗街12号3栋2单元501", "武侯区浆洗街***"),
        (masked_address, "某小区三栋", "某小区***"),
        (masked_address, "", ""),
    ],
)
def test_masks_show_enough_to_recognize(mask: object, clear: str, shown: str) -> None:
    assert callable(mask)
    assert mask(clear) == shown


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2012, 3, 2), 14),
        (date(2012, 3, 3), 13),
        (date(2008, 3, 2), 18),
        (date(1966, 3, 1), 60),
        (date(2026, 3, 2), 0),
    ],
)
def test_age_counts_full_years(born: date, age: int) -> None:
    assert age_on(born, ON) == age


def test_age_of_a_leap_day_child_grows_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)

    assert (age_on(born, date(2026, 2, 28)), age_on(born, date(2026, 3, 1))) == (17, 18)
    assert age_on(born, date(2028, 2, 29)) == 20


@pytest.mark.parametrize(
    ("born", "has_guardian", "code"),
    [
        (date(2012, 3, 3), True, "too_young"),
        (date(2012, 3, 2), False, "guardian_needed"),
        (date(2012, 3, 2), True, ""),
        (date(2008, 3, 3), False, "guardian_needed"),
        (date(2008, 3, 2), False, ""),
        (date(1940, 1, 1), False, ""),
    ],
)
def test_registration_asks_for_fourteen_years_and_below_eighteen_for_a_guardian(
    born: date, has_guardian: bool, code: str
) -> None:
    refused = ""
    try:
        check_age(born, ON, LIMITS, has_guardian=has_guardian)
    except Refused as error:
        refused = error.code

    assert refused == code


@pytest.mark.parametrize(
    ("born", "has_exception", "may"),
    [
        (date(2008, 3, 3), True, False),
        (date(2008, 3, 2), False, True),
        (date(1965, 3, 3), False, True),
        (date(1965, 3, 2), False, False),
        (date(1965, 3, 2), True, True),
    ],
)
def test_emergency_posts_are_for_adults_up_to_sixty_or_with_an_exception(
    born: date, has_exception: bool, may: bool
) -> None:
    assert may_serve_in_emergency(born, ON, LIMITS, has_exception=has_exception) == may


def test_name_keys_find_a_part_of_a_name_and_tell_nothing_of_it(settings: Settings) -> None:
    whole = set(name_keys("陈秀英"))

    assert set(name_keys("秀英")) < whole
    assert set(name_keys("陈")) < whole
    assert not set(name_keys("王伟")) & whole
    settings.FIELD_KEYS = "k1:another"
    assert not set(name_keys("陈秀英")) & whole


def test_name_keys_do_not_care_for_case_dots_or_spaces() -> None:
    assert name_keys("John Smith") == name_keys("johnsmith")
    assert name_keys("阿依·古丽") == name_keys("阿依古丽")
    assert name_keys(" · ") == []
