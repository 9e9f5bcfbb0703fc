"""Times and days as people type them."""

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from muster.toolkit.form_fields import ClockField, DayField, MinuteOfDayField, face_of

MINUTES = st.integers(0, 24 * 60 - 1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("6", "06:00"),
        ("600", "06:00"),
        ("6:05", "06:05"),
        ("06：30", "06:30"),
        ("2340", "23:40"),
        (" 7 : 15 ", "07:15"),
    ],
)
def test_a_time_is_read_however_it_is_typed(typed: str, read: str) -> None:
    assert f"{ClockField().clean(typed):%H:%M}" == read


@pytest.mark.parametrize("typed", ["25:00", "6:61", "six", "6:0x", "99", "06:00:00", "9" * 5000])
def test_a_time_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        ClockField().clean(typed)


@given(MINUTES)
def test_a_minute_of_the_day_comes_back_from_what_the_field_shows(minute: int) -> None:
    field = MinuteOfDayField()

    assert field.clean(field.prepare_value(minute)) == minute


@given(MINUTES)
def test_the_clock_face_is_the_one_of_the_wall(minute: int) -> None:
    assert face_of(minute) == f"{minute // 60:02d}:{minute % 60:02d}"
    assert f"{ClockField().clean(face_of(minute)):%H:%M}" == face_of(minute)


def test_what_was_typed_wrong_is_shown_as_it_was() -> None:
    class Form(forms.Form):
        at = MinuteOfDayField()

    form = Form({"at": "25:00"})

    assert not form.is_valid()
    assert 'value="25:00"' in str(form["at"])


def test_an_optional_time_may_stay_empty_and_a_needed_one_may_not() -> None:
    assert MinuteOfDayField(required=False).clean(" ") is None
    with pytest.raises(ValidationError):
        MinuteOfDayField().clean(" ")


@pytest.mark.parametrize("typed", ["1985-06-15", "19850615", "1985/6/15", "1985.6.15", "1985年6月15日"])
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert DayField().clean(typed) == date(1985, 6, 15)


@pytest.mark.parametrize("typed", ["15.06.1985", "1985-13-01", "yesterday", "06/15/1985"])
def test_a_day_that_cannot_be_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValidationError, match="1985-06-15"):
        DayField().clean(typed)


def test_a_day_is_shown_with_the_year_first_whatever_the_browser_speaks() -> None:
    class Form(forms.Form):
        on = DayField()

    shown = str(Form(initial={"on": date(2026, 1, 5)})["on"])

    assert 'type="text"' in shown
    assert 'value="2026-01-05"' in shown
