"""The form that raises a call-up: nearly filled in, forgiving about times, clear about what has to change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from muster.callups.actions.templates import load_templates
from muster.callups.forms.call_up import split_seats
from muster.callups.queries.raising import raising_choices
from muster.organizations.models import ResidentUnit
from muster.people.models import ReserveTeam, ReserveTeamMember
from muster.territory.models import CompoundGate, Division
from tests.callups.drafting import CHENGDU, NOW
from tests.callups.raising_form import form_of, managed_compound
from tests.world import HERE, World


@pytest.fixture
def community(world: World) -> Division:
    """蜀汉街社区 with one managed compound of two gates and one courtyard, and the catalog of templates."""
    load_templates()
    managed = managed_compound()
    courtyard = managed_compound(name="祠堂街院子", property_status="none", household_count=312, lon=104.05)
    for compound, name, admits_vehicles in (
        (managed, "北门", False),
        (managed, "南门", True),
        (courtyard, "正门", False),
    ):
        CompoundGate.objects.create(
            compound=compound,
            division_code=HERE,
            name=name,
            admits_vehicles=admits_vehicles,
            lon=104.04,
            lat=30.64,
        )
    return Division.objects.get(code=HERE)


@pytest.mark.parametrize(
    ("total", "split"),
    [
        (6, {"general": 5, "backbone": 1}),
        (1, {"backbone": 1}),
        (0, {}),
        (9, {"general": 8, "backbone": 1}),
    ],
)
def test_seats_are_split_as_the_template_has_them(total: int, split: dict[str, int]) -> None:
    assert split_seats(total, {"general": 5, "backbone": 1}) == split


def test_the_untouched_form_is_valid_and_asks_at_every_gate(community: Division) -> None:
    form = form_of(community)

    assert form.is_valid(), form.errors
    draft = form.draft()
    assert [post.name for post in draft.posts] == ["锦里西苑·北门", "锦里西苑·南门", "祠堂街院子·正门"]
    assert draft.division_code == HERE
    assert draft.seats == sum(form.chosen.seats.values()) * 3
    assert draft.starts_at > draft.reply_by > NOW
    assert {item.kind for item in draft.support} == set(form.chosen.support)


def test_work_that_is_not_at_the_gates_is_mustered_once_per_compound(community: Division) -> None:
    form = form_of(community, "sampling-support")

    names = [place.name for place in form.choices.places]

    assert form.chosen.code == "sampling-support"
    assert names == ["锦里西苑·北门", "祠堂街院子·正门"]


def test_an_unknown_template_falls_back_to_the_first(community: Division) -> None:
    assert form_of(community, "no-such-template").chosen.position == 0


def test_a_shift_over_midnight_ends_on_the_next_day(community: Division) -> None:
    form = form_of(
        community,
        day="2026-12-03",
        muster_time="22:40",
        start_time="23:00",
        end_time="05:00",
        reply_time="21:00",
    )

    assert form.is_valid(), form.errors
    shift = form.draft().shifts[0]
    assert shift.starts_at == datetime(2026, 12, 3, 23, 0, tzinfo=CHENGDU)
    assert shift.ends_at == datetime(2026, 12, 4, 5, 0, tzinfo=CHENGDU)


def test_a_muster_before_midnight_belongs_to_the_evening_before(community: Division) -> None:
    form = form_of(
        community,
        day="2026-12-04",
        muster_time="23:40",
        start_time="00:20",
        end_time="06:00",
        reply_time="22:00",
    )

    assert form.is_valid(), form.errors
    assert form.cleaned_data["muster_at"] == datetime(2026, 12, 3, 23, 40, tzinfo=CHENGDU)
    assert form.cleaned_data["reply_by"] == datetime(2026, 12, 3, 22, 0, tzinfo=CHENGDU)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {
                "day": "2026-12-02",
                "start_time": "11:00",
                "end_time": "15:00",
                "muster_time": "10:40",
                "reply_time": "10:00",
            },
            "start_time",
        ),
        (
            {
                "day": "2026-12-02",
                "start_time": "13:00",
                "end_time": "15:00",
                "muster_time": "12:40",
                "reply_time": "11:00",
            },
            "reply_time",
        ),
        ({"muster_time": "01:00", "reply_time": "00:30"}, "muster_time"),
        ({"place_1": "", "seats_place_1": "4"}, "place_1"),
        ({"place_1": "锦里西苑·北门", "seats_place_1": "4"}, "place_1"),
        ({"risk_statement": ""}, "risk_statement"),
        ({"duty_holder": ""}, "duty_holder"),
        ({"leader": "NOBODY99"}, "leader"),
        ({"units": ["NOUNIT99"]}, "units"),
    ],
)
def test_what_has_to_change_is_said_at_its_field(
    community: Division, changes: dict[str, Any], field: str
) -> None:
    form = form_of(community, **changes)

    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_place_that_no_register_knows_can_be_added(community: Division) -> None:
    form = form_of(community, place_1="武侯祠大街公交站", seats_place_1="2")

    assert form.is_valid(), form.errors
    added = form.draft().posts[-1]
    assert (added.name, sum(kind.seats for kind in added.shifts[0].seats), added.gate_id) == (
        "武侯祠大街公交站",
        2,
        None,
    )


def test_nobody_asked_for_anywhere_is_refused(community: Division) -> None:
    nothing = {f"seats_{place.key}": "0" for place in raising_choices(community, "").places}

    form = form_of(community, **nothing)

    assert not form.is_valid()
    assert form.non_field_errors().as_data()[0].code == "no_seats"


def test_a_community_without_compounds_calls_to_its_service_center(world: World) -> None:
    load_templates()

    form = form_of(Division.objects.get(code=HERE))

    assert form.is_valid(), form.errors
    assert len(form.draft().posts) == 1


def test_numbers_count_even_while_the_rest_is_wrong(community: Division) -> None:
    form = form_of(community, start_time="nonsense")

    form.is_valid()

    assert sum(seats for _place, seats in form.places_so_far()) == 3 * sum(form.chosen.seats.values())


def test_a_unit_is_named_with_its_reserve_where_it_has_one(world: World, community: Division) -> None:
    unit = world.unit
    ResidentUnit.objects.filter(pk=unit.pk).update(linked_at=NOW)

    def label() -> str:
        field = form_of(community).fields["units"]
        return dict(field.choices)[unit.code]  # type: ignore[attr-defined]  # a choice field

    assert label() == unit.name
    team = ReserveTeam.objects.create(
        unit=unit, division_code=HERE, name="预备队", leader=world.person("liaison")
    )
    for member in (world.person("liaison"), world.person("volunteer")):
        ReserveTeamMember.objects.create(team=team, person=member, joined_on="2026-01-01")
    with translation.override("en"):
        assert label() == f"{unit.name}, reserve of 2"
    with translation.override("zh-hans"):
        assert label() == f"{unit.name} · 预备队 2 人"
