"""Which value counts, for any set of values, places and days; and what no change may do."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.norms import queries, rules
from muster.norms.actions import modes, settings
from muster.norms.enums import Mode, ResponseLevel, TaskKind, Unit
from muster.norms.forms import ModeForm, SettingForm
from muster.norms.models import ModeSwitch, Setting
from muster.norms.rules import Value
from muster.toolkit.actor import Actor, Grant
from muster.toolkit.refusal import Refused
from tests.racing import at_once

PROVINCE, CITY, COUNTY = 510_000_000_000, 510_100_000_000, 510_107_000_000
TOWNSHIP, HERE, NEXT_DOOR = 510_107_001_000, 510_107_001_001, 510_107_001_002
ABOVE_HERE = (HERE, TOWNSHIP, COUNTY, CITY, PROVINCE)
ELSEWHERE = (NEXT_DOOR, 510_107_002_000, 510_108_000_000, 510_200_000_000, 520_000_000_000)
DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
OVERSEER = Actor(label="区民政局", account_id=9, grants=(Grant("county_overseer", COUNTY, COUNTY + 10**6),))
MINUTES = "shift.minutes_max"

codes = st.integers(110_000_000_000, 659_999_999_999)
days = st.dates(date(2026, 1, 1), date(2026, 6, 1))


def change_form(unit: str, now: float, **typed: str) -> SettingForm:
    """The form that changes a number of that unit, sent with what was typed."""
    return SettingForm({"valid_from": "2026-03-01", "reason": "r", **typed}, unit=unit, value=now, on=DAY)


def value(place: int | None, number: int = 1, since: date | None = None, until: date | None = None) -> Value:
    return Value("k", number, "minute", "D", "", place, since, until)


# Which value counts


@given(code=codes)
def test_a_chain_goes_up_to_the_province_and_each_link_holds_the_one_before(code: int) -> None:
    chain = rules.chain(code)

    assert chain[0] == code
    assert chain[-1] == code // 10**10 * 10**10
    assert list(chain) == sorted(set(chain), reverse=True)
    assert rules.chain(chain[-1]) == (chain[-1],)


@given(places=st.lists(st.sampled_from([None, *ABOVE_HERE, *ELSEWHERE]), max_size=8, unique=True), on=days)
def test_the_nearest_place_above_decides_and_no_other_place_matters(
    places: list[int | None], on: date
) -> None:
    nearness = [*ABOVE_HERE, None]
    expected = min((one for one in places if one in nearness), key=nearness.index, default="none")

    found = rules.in_force([value(place) for place in places], HERE, on)

    assert (found.division_code if found else "none") == expected


@given(
    spans=st.lists(st.tuples(days, st.none() | days), min_size=1, max_size=6, unique_by=lambda span: span[0]),
    on=days,
)
def test_of_one_place_the_one_that_began_last_and_has_not_ended_counts(
    spans: list[tuple[date, date | None]], on: date
) -> None:
    values = [value(HERE, number, *span) for number, span in enumerate(spans)]
    running = [
        (since, number)
        for number, (since, until) in enumerate(spans)
        if since <= on and (until is None or on < until)
    ]

    found = rules.in_force(values, HERE, on)

    assert (found.value if found else None) == (max(running)[1] if running else None)


def test_a_near_value_that_has_ended_gives_way_to_a_far_one() -> None:
    ended = value(HERE, 1, DAY - timedelta(days=9), DAY)
    wide = value(PROVINCE, 2, DAY - timedelta(days=99))

    assert rules.in_force([ended, wide], HERE, DAY) == wide
    assert rules.in_force([ended, wide], HERE, DAY - timedelta(days=1)) == ended


# Which value may be set


numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=True, allow_infinity=True)


@given(new=numbers, like=st.sampled_from([1, 1.0]))
def test_a_number_fits_when_it_is_finite_not_negative_and_whole_where_the_default_is(
    new: float, like: float
) -> None:
    finite = math.isfinite(new)
    whole = isinstance(new, int)

    assert rules.fits(new, like) is (finite and new >= 0 and (whole or isinstance(like, float)))


@pytest.mark.parametrize("new", [True, False, None, "360", [360], {"value": 360}])
def test_what_is_no_number_does_not_fit(new: object) -> None:
    assert rules.fits(new, 360) is False


@given(new=st.integers(0, 100), default=st.integers(0, 100))
def test_a_bound_is_kept_on_its_side_and_at_the_number_itself(new: int, default: int) -> None:
    assert rules.within_bound(new, default, "least") is (new >= default)
    assert rules.within_bound(new, default, "most") is (new <= default)
    assert rules.within_bound(new, default, "exactly") is (new == default)
    assert rules.within_bound(new, default, "") is True


@pytest.mark.django_db
@pytest.mark.parametrize("key", [norm.key for norm in queries.norms().values() if norm.bound])
def test_no_number_of_notice_or_law_can_be_loosened(key: str) -> None:
    norm = queries.norms()[key]
    step = 1 if isinstance(norm.value, int) else 0.001
    looser = {"least": norm.value - step, "most": norm.value + step, "exactly": norm.value + step}[norm.bound]

    with pytest.raises(Refused) as refusal:
        settings.change(key, looser, division_code=COUNTY, reason="r", actor=OVERSEER, valid_from=DAY, at=AT)

    assert refusal.value.code in {"beyond_law", "wrong_kind"}
    assert (refusal.value.code == "wrong_kind") is (looser < 0)
    assert (Setting.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("key", [norm.key for norm in queries.norms().values() if norm.bound])
def test_every_number_of_notice_or_law_may_be_set_to_what_it_is(key: str) -> None:
    norm = queries.norms()[key]

    row = settings.change(
        key, norm.value, division_code=COUNTY, reason="r", actor=OVERSEER, valid_from=DAY, at=AT
    )

    # It rests on the same ground as before, whoever wrote it down again.
    assert (row.value, row.basis, row.unit) == (norm.value, norm.basis, norm.unit)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "refused"), [(DAY - timedelta(days=1), True), (DAY, True), (DAY + timedelta(days=1), False)]
)
def test_a_number_counts_for_one_day_at_least(until: date, refused: bool) -> None:
    def change() -> None:
        settings.change(
            MINUTES,
            300,
            division_code=COUNTY,
            reason="r",
            actor=OVERSEER,
            valid_from=DAY,
            valid_to=until,
            at=AT,
        )

    if refused:
        with pytest.raises(Refused, match="wrong_days"):
            change()
        assert Setting.objects.count() == 0
    else:
        change()
        assert [queries.number(MINUTES, HERE, DAY + timedelta(days=step)) for step in (-1, 0, 1)] == [
            360,
            300,
            360,
        ]


@pytest.mark.django_db
def test_a_change_falls_with_the_deed_around_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        settings.change(MINUTES, 300, division_code=COUNTY, reason="r", actor=OVERSEER, valid_from=DAY, at=AT)
        raise RuntimeError("the deed failed")

    queries.forget()
    assert queries.number(MINUTES, HERE, DAY) == 360
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_the_day_of_a_change_is_the_one_on_the_screens() -> None:
    # Two minutes to midnight in London, the next morning in Chengdu.
    late = datetime(2026, 2, 28, 23, 58, tzinfo=UTC)

    row = settings.change(MINUTES, 300, division_code=COUNTY, reason="r", actor=OVERSEER, at=late)

    assert row.valid_from == date(2026, 3, 1)


@pytest.mark.django_db
def test_a_number_of_one_place_changes_nothing_beside_it() -> None:
    settings.change(MINUTES, 240, division_code=HERE, reason="r", actor=OVERSEER, valid_from=DAY, at=AT)

    assert queries.number(MINUTES, HERE, DAY) == 240
    for place in (NEXT_DOOR, TOWNSHIP, COUNTY, PROVINCE, 513_221_001_001):
        assert queries.number(MINUTES, place, DAY) == 360


@pytest.mark.django_db
def test_all_rules_of_eligibility_follow_the_place_and_the_day() -> None:
    settings.change(
        "age.emergency_max", 55, division_code=TOWNSHIP, reason="r", actor=OVERSEER, valid_from=DAY, at=AT
    )

    assert queries.rules_for(HERE, DAY).emergency_maximum_age == 55
    assert queries.rules_for(HERE, DAY - timedelta(days=1)).emergency_maximum_age == 60
    assert queries.rules_for(COUNTY, DAY).emergency_maximum_age == 60


# Forms


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [("300", 300), ("300.0", 300), ("0.25", 0.25), (" 7 ", 7), ("99999999", 99_999_999)],
)
def test_a_number_is_read_as_it_is_typed(typed: str, cleaned: float) -> None:
    form = change_form("minute", 360, value=typed)

    assert form.is_valid()
    assert form.cleaned_data["value"] == cleaned
    assert isinstance(form.cleaned_data["value"], type(cleaned))


@pytest.mark.parametrize(
    ("unit", "now", "shown", "typed", "kept"),
    [
        ("minute of day", 1320, "22:00", "21:30", 1290),
        ("minute of day", 540, "09:00", "0845", 525),
        ("share", 0.9, 90.0, "95", 0.95),
        ("share", 0.1, 10.0, "12.5", 0.125),
        ("share", 1.0, 100.0, "100", 1.0),
        ("yes or no", 0, "0", "1", 1),
        ("°C", 37.3, 37.3, "37.5", 37.5),
    ],
)
def test_a_number_is_typed_as_it_is_shown(
    unit: str, now: float, shown: object, typed: str, kept: float
) -> None:
    form = change_form(unit, now, value=typed)

    assert form["value"].initial == now or form["value"].initial == shown
    assert form.fields["value"].prepare_value(form["value"].initial) == shown
    assert form.is_valid()
    assert form.cleaned_data["value"] == kept
    assert rules.fits(kept, now)


@pytest.mark.parametrize(
    ("unit", "typed"), [("minute of day", "1320"), ("minute of day", "24:00"), ("yes or no", "2")]
)
def test_what_no_clock_shows_and_no_answer_is_comes_back(unit: str, typed: str) -> None:
    assert list(change_form(unit, 0, value=typed.replace("1320", "1380")).errors) == ["value"]


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (1320, "minute of day", "22:00", "22:00"),
        (0, "minute of day", "00:00", "00:00"),
        (0.9, "share", "90 %", "90 %"),
        (0.95, "share", "95 %", "95 %"),
        (0.125, "share", "12.5 %", "12.5 %"),
        (1.0, "share", "100 %", "100 %"),
        (3.0, "factor", "3 times", "3 倍"),
        (1.4, "factor", "1.4 times", "1.4 倍"),
        (360, "minute", "360 minutes", "360 分钟"),
        (1_000_000, "row", "1000000 rows", "1000000 行"),
        (37.3, "°C", "37.3 °C", "37.3 °C"),
        (0, "yes or no", "no", "否"),
        (1, "yes or no", "yes", "是"),
    ],
)
def test_a_number_is_read_as_people_say_it(value: float, unit: str, english: str, chinese: str) -> None:
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append(str(rules.figure(value, unit)))

    assert said == [english, chinese]


def test_every_default_has_a_figure_without_a_dangling_point() -> None:
    for norm in queries.norms().values():
        shown = rules.figure(norm.value, norm.unit)

        assert shown.text and not shown.text.endswith(".")
        assert float(norm.value) < 10_000 or "e" not in shown.text


@pytest.mark.parametrize("typed", ["", "many", "NaN", "Infinity", "1e400", "0.00001", "9999999999999"])
def test_what_is_typed_and_is_no_number_comes_back(typed: str) -> None:
    assert list(change_form("minute", 360, value=typed).errors) == ["value"]


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"mode": "panic"}, ["mode"]),
        ({"level": "5"}, ["level"]),
        ({"level": "two"}, ["level"]),
        ({"ground": ""}, ["ground"]),
        ({"ground": "   "}, ["ground"]),
        ({"hazard": "x" * 41}, ["hazard"]),
        ({}, []),
    ],
)
def test_a_switch_is_typed_whole_or_comes_back(facts: dict[str, str], wrong: list[str]) -> None:
    form = ModeForm({"mode": "emergency", "level": "3", "ground": "通知 12 号", "hazard": "flood", **facts})

    assert list(form.errors) == wrong
    if not wrong:
        assert form.cleaned_data["mode"] is Mode.EMERGENCY
        assert form.cleaned_data["level"] is ResponseLevel.III


@pytest.mark.parametrize("choices", [Unit, TaskKind, Mode, ResponseLevel])
def test_every_word_of_the_norms_has_a_name_to_show(choices: Any) -> None:
    # Chinese has one measure word for several of them.
    with translation.override("en"):
        labels = [str(label) for label in choices.labels]

    assert all(labels)
    assert len(set(labels)) == len(labels)


# Two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("R1.4")
def test_two_who_switch_a_place_the_same_way_at_once_leave_one_row() -> None:
    def switch() -> str:
        modes.switch(COUNTY, mode=Mode.EMERGENCY, level=ResponseLevel.II, ground="g", actor=OVERSEER, at=AT)
        return "switched"

    assert sorted(map(str, at_once([switch] * 4))) == ["already_so"] * 3 + ["switched"]
    assert (ModeSwitch.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("count", "step", "english", "chinese"),
    [
        (0, 5, "fewer than 5 people", "少于 5 人"),
        (4, 5, "fewer than 5 people", "少于 5 人"),
        (5, 5, "5 people or more", "5 人以上"),
        (19, 5, "15 people or more", "15 人以上"),
        (0, 1, "0 people", "0 人"),
        (1, 0, "1 person", "1 人"),
        (7, 1, "7 people", "7 人"),
    ],
)
def test_few_of_a_sensitive_kind_are_not_told(count: int, step: int, english: str, chinese: str) -> None:
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append(str(rules.told(count, step)))

    assert said == [english, chinese]


@given(st.integers(0, 10**6), st.integers(0, 50))
def test_what_is_told_leaves_open_which_of_a_whole_step_it_is(count: int, step: int) -> None:
    shown = rules.told(count, step)

    assert 0 <= count - shown.least < max(step, 1)
    assert len({rules.told(shown.least + more, step) for more in range(max(step, 1))}) == 1
    assert shown.is_small is (step > 1 and count < step)
