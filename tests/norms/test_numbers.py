"""Every number of a norm: its default, its override by place and day, and who changed it."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.kernel.eligibility import Rules
from muster.norms import queries, rules
from muster.norms.actions import settings
from muster.norms.enums import Basis
from muster.norms.models import Setting
from muster.norms.rules import Value, source_words
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

PROVINCE, CITY, COUNTY = 510_000_000_000, 510_100_000_000, 510_107_000_000
TOWNSHIP, HERE, NEXT_DOOR = 510_107_001_000, 510_107_001_001, 510_107_001_002
OVERSEER = Actor(label="谢文涛（区民政局）", account_id=9)
TODAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def change(
    value: float, place: int, key: str = "shift.minutes_max", on: date = TODAY, to: date | None = None
) -> Setting:
    return settings.change(
        key,
        value,
        division_code=place,
        reason="高温橙色预警",
        actor=OVERSEER,
        valid_from=on,
        valid_to=to,
        at=AT,
    )


def test_every_norm_has_its_unit_basis_source_and_both_names() -> None:
    norms = queries.norms()

    assert len(norms) >= 110
    for norm in norms.values():
        assert norm.unit
        assert norm.source
        assert norm.zh
        assert norm.en
        assert norm.basis in Basis.values
        assert bool(norm.bound) == (norm.basis != Basis.DEFAULT), norm.key
        assert rules.fits(norm.value, norm.value)


@pytest.mark.req("R5.10", "R7.6", "R7.7", "R6.4")
def test_numbers_of_the_notice_are_those_of_the_notice() -> None:
    named = {norm.key: norm.value for norm in queries.norms().values() if norm.basis == Basis.NOTICE}

    assert named == {
        "mobile_pool.ratio": 3.0,
        "mobile.tiers": 3,
        "micro_org.min_per_community": 5,
        "micro_org.min_per_compound": 1,
        "coverage.building_head_target": 1.0,
        "coverage.entrance_head_target": 1.0,
        "gate.required_steps": 3,
        "ppe.required_items": 3,
        "training.required_topics": 3,
        "vulnerable.kinds": 5,
    }


@pytest.mark.django_db
def test_number_is_the_default_where_the_database_knows_nothing() -> None:
    assert Setting.objects.count() == 0
    assert queries.number("shift.minutes_max", HERE) == 360
    assert queries.effective("mobile_pool.ratio", HERE) == Value(
        "mobile_pool.ratio", 3.0, "factor", "N", "notice, section 5"
    )


@pytest.mark.django_db
def test_unknown_number_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        queries.number("no.such", HERE)


@pytest.mark.django_db
def test_loading_the_defaults_twice_changes_nothing() -> None:
    assert settings.load_defaults() == len(queries.norms())
    assert settings.load_defaults() == 0
    assert Setting.objects.count() == len(queries.norms())


@pytest.mark.django_db
def test_loading_brings_new_defaults_and_keeps_what_people_set() -> None:
    settings.load_defaults()
    Setting.objects.filter(key="no_show").update(value=0.5)
    change(300, COUNTY)

    assert settings.load_defaults() == 1

    assert queries.number("no_show", HERE) == 0.1
    assert queries.number("shift.minutes_max", HERE) == 300


@pytest.mark.django_db
def test_nearest_place_decides() -> None:
    settings.load_defaults()
    change(330, PROVINCE)
    change(300, COUNTY)
    change(240, HERE)

    def at(place: int) -> float:
        return queries.number("shift.minutes_max", place, TODAY)

    assert (at(HERE), at(NEXT_DOOR), at(TOWNSHIP), at(COUNTY)) == (240, 300, 300, 300)
    assert (at(CITY), at(510_108_001_001), at(PROVINCE)) == (330, 330, 330)


@pytest.mark.django_db
def test_change_counts_from_its_day_to_its_last() -> None:
    change(300, COUNTY, on=date(2026, 3, 10), to=date(2026, 3, 20))
    change(270, COUNTY, on=date(2026, 3, 15), to=date(2026, 3, 17))

    def on(day: int) -> float:
        return queries.number("shift.minutes_max", HERE, date(2026, 3, day))

    assert [on(day) for day in (9, 10, 14, 15, 16, 17, 19, 20)] == [360, 300, 300, 270, 270, 300, 300, 360]


@pytest.mark.django_db
def test_change_says_who_why_and_what_it_was() -> None:
    change(300, COUNTY)
    change(240, COUNTY)

    value = queries.effective("shift.minutes_max", HERE, TODAY)
    assert (value.value, value.basis, value.source, value.changed_by_label, value.division_code) == (
        240,
        "D",
        "高温橙色预警",
        "谢文涛（区民政局）",
        COUNTY,
    )
    assert Setting.objects.filter(division_code=COUNTY).count() == 1
    entries = Entry.objects.order_by("pk").values_list("verb", "object_code", "detail__from", "detail__to")
    assert list(entries) == [
        ("norms.setting.changed", "shift.minutes_max", 360, 300),
        ("norms.setting.changed", "shift.minutes_max", 300, 240),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("mobile_pool.ratio", 2.9, "beyond_law"),
        ("record.working_days", 11, "beyond_law"),
        ("response.levels", 5, "beyond_law"),
        ("age.adult", 17, "beyond_law"),
        ("shift.minutes_max", 300.5, "wrong_kind"),
        ("shift.minutes_max", -1, "wrong_kind"),
        ("shift.minutes_max", True, "wrong_kind"),
    ],
)
def test_change_refuses_what_the_law_or_the_kind_forbids(key: str, value: float, code: str) -> None:
    with pytest.raises(Refused) as refused:
        change(value, COUNTY, key)

    assert refused.value.code == code
    assert (Setting.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value"), [("mobile_pool.ratio", 4), ("record.working_days", 5), ("no_show", 0)]
)
def test_change_takes_what_is_stricter_or_ours(key: str, value: float) -> None:
    change(value, COUNTY, key)

    assert queries.number(key, HERE, TODAY) == value


@pytest.mark.django_db
def test_change_refuses_without_reason_and_with_days_the_wrong_way_round() -> None:
    with pytest.raises(Refused) as refused:
        settings.change("no_show", 0.2, division_code=COUNTY, reason=" ", actor=OVERSEER)
    assert refused.value.code == "no_reason"

    with pytest.raises(Refused) as refused:
        change(0.2, COUNTY, "no_show", on=TODAY, to=TODAY)
    assert refused.value.code == "wrong_days"


@pytest.mark.django_db
def test_rules_for_a_place_are_the_kernels_with_its_numbers() -> None:
    assert queries.rules_for(HERE, TODAY) == Rules()

    change(240, COUNTY)
    change(65, HERE, "age.emergency_max")

    assert queries.rules_for(HERE, TODAY) == Rules(shift_minutes=240, emergency_maximum_age=65)
    assert queries.rules_for(NEXT_DOOR, TODAY) == Rules(shift_minutes=240)


@pytest.mark.django_db
def test_numbers_cost_one_query_for_a_page(django_assert_num_queries: object) -> None:
    settings.load_defaults()

    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django exports no type for it
        for _ in range(50):
            queries.rules_for(HERE)


def test_defaults_hold_every_key_that_the_code_asks_for() -> None:
    asked: set[str] = set()
    for path in Path(settings.__file__).parents[2].rglob("*.py"):
        asked |= set(re.findall(r'number\(\s*"([a-z0-9_.]+)"', path.read_text()))

    assert asked <= set(queries.norms())


def test_defaults_are_one_line_each() -> None:
    path = Path(__file__).parents[2] / "data" / "norms" / "defaults.json"

    assert len(json.loads(path.read_text())) == len(path.read_text().splitlines()) - 2


@given(st.integers(0, 999), st.integers(0, 999))
def test_chain_holds_the_code_and_each_level_above(township: int, community: int) -> None:
    code = 510_107_000_000 + township * 1000 + community

    codes = rules.chain(code)

    assert codes[0] == code
    assert codes[-1] == PROVINCE
    assert list(codes) == sorted(set(codes), reverse=True)
    assert {code // 10**3 * 10**3, COUNTY, CITY} <= set(codes)


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        ("notice, section 3", "the notice, section 3", "通知第 3 部分"),
        ("norms.md R2.14", "our reading of the notice (R2.14)", "对通知的理解（R2.14）"),
        ("norms.md AMB-17", "our reading of the notice (AMB-17)", "对通知的理解（AMB-17）"),
        ("norms.md A.1: 立即", "our reading of the notice: “at once”", "对通知的理解：“立即”"),
        ("docs/decisions", "a decision of our own (docs/decisions)", "系统自己的设定（docs/decisions）"),
        (
            "Civil Code 17; 突发事件应对法 39",
            "Civil Code, article 17; Emergency Response Law, article 39",
            "民法典第 17 条；突发事件应对法第 39 条",
        ),
        ("something new", "something new", "something new"),
    ],
)
def test_the_source_of_a_default_is_said_in_the_language_of_the_reader(
    source: str, english: str, chinese: str
) -> None:
    with translation.override("en"):
        assert source_words(source) == english
    with translation.override("zh-hans"):
        assert source_words(source) == chinese


def test_every_default_names_a_source_that_has_words() -> None:
    with translation.override("en"):
        unspoken = [
            norm.source for norm in queries.norms().values() if source_words(norm.source) == norm.source
        ]

    assert unspoken == []
