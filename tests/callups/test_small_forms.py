"""Small forms read what people type and send: times, numbers, lists, answers; the last good value and the first bad one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.forms.call_up import split_seats
from muster.callups.forms.deeds import StandDownForm
from muster.callups.forms.hours import ConfirmForm, ReasonForm
from muster.callups.forms.my import AnswerForm
from muster.callups.forms.post import CheckInForm, IssueForm, OnceForm, SeatForm, WalkUpForm
from muster.callups.forms.unit import MOST_CHARACTERS, DeclineForm, NamingForm, PledgeForm
from tests.callups.drafting import CHENGDU

ARRIVED = datetime(2026, 12, 2, 21, 50, tzinfo=CHENGDU)


def confirm(left: str) -> ConfirmForm:
    return ConfirmForm({"left": left, "reason": "组长看见"})


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("23:30", datetime(2026, 12, 2, 23, 30, tzinfo=CHENGDU)),
        ("23：30", datetime(2026, 12, 2, 23, 30, tzinfo=CHENGDU)),
        ("2330", datetime(2026, 12, 2, 23, 30, tzinfo=CHENGDU)),
        ("21:51", datetime(2026, 12, 2, 21, 51, tzinfo=CHENGDU)),
        ("21:50", datetime(2026, 12, 3, 21, 50, tzinfo=CHENGDU)),
        ("0:05", datetime(2026, 12, 3, 0, 5, tzinfo=CHENGDU)),
        ("005", datetime(2026, 12, 3, 0, 5, tzinfo=CHENGDU)),
        ("03:00", datetime(2026, 12, 3, 3, 0, tzinfo=CHENGDU)),
    ],
)
def test_the_end_is_the_next_time_the_clock_showed_it(typed: str, left: datetime) -> None:
    form = confirm(typed)

    assert form.is_valid(), form.errors
    assert form.left_at(ARRIVED.astimezone(UTC)) == left


@pytest.mark.parametrize("typed", ["", "24:00", "12:60", "noon", "1", "12", "12:3", "-1:00", "12:30:00"])
def test_a_time_that_no_clock_shows_is_refused_with_how_to_write_it(typed: str) -> None:
    with translation.override("en"):
        form = confirm(typed)

        assert not form.is_valid()
        assert form.errors["left"]


@given(st.integers(0, 1439), st.integers(0, 366 * 24 * 3600))
def test_a_confirmed_end_lies_within_a_day_after_the_arrival(minute: int, seconds: int) -> None:
    at = ARRIVED + timedelta(seconds=seconds)
    form = confirm(f"{minute // 60:02d}:{minute % 60:02d}")
    assert form.is_valid()

    left = form.left_at(at)

    assert timedelta(0) < left - at <= timedelta(days=1)
    assert (left.hour * 60 + left.minute) == minute


@pytest.mark.parametrize("form", [ReasonForm, DeclineForm, StandDownForm])
@pytest.mark.parametrize(
    ("reason", "is_valid"),
    [("", False), ("  \u3000 ", False), ("忙", True), ("忙" * 200, True), ("忙" * 201, False)],
)
def test_a_reason_is_asked_for_and_fits_its_place(
    form: type[ReasonForm], reason: str, is_valid: bool
) -> None:
    assert form({"reason": reason}).is_valid() is is_valid


@pytest.mark.parametrize(
    ("typed", "headcount"),
    [
        ("0", 0),
        ("1", 1),
        ("9999", 9999),
        ("10000", None),
        ("-1", None),
        ("", None),
        ("三", None),
        ("1.5", None),
    ],
)
def test_a_pledge_is_a_whole_number(typed: str, headcount: int | None) -> None:
    form = PledgeForm({"headcount": typed})

    assert form.is_valid() is (headcount is not None)
    assert form.cleaned_data.get("headcount") == headcount


def test_a_list_keeps_every_blank_and_is_not_without_end() -> None:
    pasted = "  张三\t13800000001  \n\n李四 13800000002\n"

    form = NamingForm({"lines": pasted})

    assert form.is_valid()
    assert form.cleaned_data["lines"].replace("\r\n", "\n") == pasted
    assert NamingForm({"lines": "张" * MOST_CHARACTERS}).is_valid()
    assert not NamingForm({"lines": "张" * (MOST_CHARACTERS + 1)}).is_valid()
    assert not NamingForm({"lines": ""}).is_valid()


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ("", None),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1796184000500", datetime(2026, 12, 2, 4, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_the_clock_of_a_phone_is_read_in_milliseconds(sent: str, moment: datetime | None) -> None:
    form = OnceForm({"nonce": str(uuid4()), "clock": sent})

    assert form.is_valid(), form.errors
    assert form.once["device_at"] == moment


@pytest.mark.parametrize("sent", ["-1", "noon", "99999999999999999"])
def test_a_clock_that_none_can_show_is_refused(sent: str) -> None:
    assert not OnceForm({"nonce": str(uuid4()), "clock": sent}).is_valid()


@pytest.mark.parametrize("nonce", ["", "1", "not-a-nonce", "0" * 31])
@pytest.mark.parametrize("form", [SeatForm, WalkUpForm, CheckInForm])
def test_without_its_nonce_nothing_at_a_post_is_sent(form: type[OnceForm], nonce: str) -> None:
    whole = {"nonce": nonce, "seat": "K7M2QD22", "name": "杨帆", "phone": "1", "risk_confirmed": "on"}

    assert not form(whole).is_valid()
    assert form({**whole, "nonce": str(uuid4())}).is_valid()


def test_each_new_form_at_a_post_has_a_nonce_of_its_own() -> None:
    assert CheckInForm()["nonce"].value() != CheckInForm()["nonce"].value()


@pytest.mark.parametrize("missing", ["name", "phone", "risk_confirmed"])
def test_a_walk_up_needs_name_number_and_the_risk_read_out(missing: str) -> None:
    whole = {"nonce": str(uuid4()), "name": "杨帆", "phone": "17712345096", "risk_confirmed": "on"}

    form = WalkUpForm({**whole, missing: ""})

    assert not form.is_valid()
    assert list(form.errors) == [missing]


@pytest.mark.parametrize(
    ("answer", "is_yes", "reason"),
    [("yes", True, "yes"), ("no-work", False, "work"), ("no-other", False, "other")],
)
def test_a_button_is_a_whole_answer(answer: str, is_yes: bool, reason: str) -> None:
    form = AnswerForm({"answer": answer, "risk": "0123456789abcdef"})

    assert form.is_valid()
    assert (form.is_yes, form.reason) == (is_yes, reason)


@pytest.mark.parametrize(
    ("kind", "seat", "is_valid"),
    [
        ("ppe", "", True),
        ("ppe", "K7M2QD22", True),
        ("umbrella", "", False),
        ("", "", False),
        ("ppe", "<script>", False),
        ("ppe", "K7M2QD22X", False),
    ],
)
def test_only_known_things_are_given_to_seats_that_can_be(kind: str, seat: str, is_valid: bool) -> None:
    assert IssueForm({"kind": kind, "seat": seat}).is_valid() is is_valid


@given(
    st.integers(0, 200),
    st.dictionaries(st.sampled_from(["general", "backbone", "skilled"]), st.integers(0, 20)),
)
def test_seats_of_a_place_are_split_whole_whatever_the_template(total: int, kinds: dict[str, int]) -> None:
    split = split_seats(total, kinds)

    assert sum(split.values()) == total
    assert all(count > 0 for count in split.values())
    assert split.get("backbone", 0) <= kinds.get("backbone", 0)
    assert split.get("skilled", 0) <= kinds.get("skilled", 0)
