"""Routine and emergency: explicit for every place, and every switch on record (R1.4)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from muster.audit.models import Entry
from muster.norms import queries
from muster.norms.actions import modes
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.models import ModeSwitch
from muster.toolkit.actor import Actor, Grant
from muster.toolkit.refusal import Refused

PROVINCE, COUNTY = 510_000_000_000, 510_107_000_000
TOWNSHIP, HERE, NEXT_DOOR, FAR = 510_107_001_000, 510_107_001_001, 510_107_001_002, 513_221_001_001
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
COUNTY_OVERSEER = Actor(
    label="区民政局", account_id=9, grants=(Grant("county_overseer", COUNTY, COUNTY + 1_000_000),)
)
WORKER = Actor(label="社区", account_id=7, grants=(Grant("community_worker", HERE, HERE + 1),))

pytestmark = pytest.mark.django_db


def switch(
    place: int,
    mode: Mode = Mode.EMERGENCY,
    level: ResponseLevel = ResponseLevel.NONE,
    *,
    actor: Actor = WORKER,
    hours: int = 0,
    ground: str = "区指挥部通知 12 号",
    hazard: str = "flood",
) -> ModeSwitch:
    return modes.switch(
        place,
        mode=mode,
        level=level,
        ground=ground,
        hazard=hazard,
        actor=actor,
        at=AT + timedelta(hours=hours),
    )


def test_place_that_nobody_switched_is_in_routine() -> None:
    now = queries.mode_of(HERE)

    assert (now.mode, now.level, now.since, now.division_code) == (
        Mode.ROUTINE,
        ResponseLevel.NONE,
        None,
        None,
    )


@pytest.mark.req("R1.4")
def test_switch_keeps_who_when_why_and_where() -> None:
    switch(COUNTY, level=ResponseLevel.III, actor=COUNTY_OVERSEER)

    now = queries.mode_of(HERE)
    assert (now.mode, now.level, now.since) == (Mode.EMERGENCY, ResponseLevel.III, AT)
    assert (now.ground, now.hazard, now.division_code, now.actor_label) == (
        "区指挥部通知 12 号",
        "flood",
        COUNTY,
        "区民政局",
    )
    entry = Entry.objects.get()
    assert (entry.verb, entry.object_code, entry.division_code, entry.actor_account_id) == (
        "norms.mode.switched",
        str(COUNTY),
        COUNTY,
        9,
    )
    assert entry.detail == {"from": "routine", "to": "emergency", "level": 3, "hazard": "flood"}


def test_switch_counts_below_and_nowhere_else() -> None:
    switch(TOWNSHIP)

    modes_now = [queries.mode_of(place).mode for place in (HERE, NEXT_DOOR, TOWNSHIP, COUNTY, PROVINCE, FAR)]
    assert modes_now == [Mode.EMERGENCY] * 3 + [Mode.ROUTINE] * 3


def test_newest_switch_of_the_chain_decides() -> None:
    switch(COUNTY, actor=COUNTY_OVERSEER, hours=1)
    switch(HERE, Mode.ROUTINE, hours=2, hazard="")
    assert (queries.mode_of(HERE).mode, queries.mode_of(NEXT_DOOR).mode) == (Mode.ROUTINE, Mode.EMERGENCY)

    switch(COUNTY, level=ResponseLevel.II, actor=COUNTY_OVERSEER, hours=3)
    assert (queries.mode_of(HERE).mode, queries.mode_of(HERE).level) == (Mode.EMERGENCY, ResponseLevel.II)


def test_mode_of_the_past_can_be_asked() -> None:
    switch(HERE, hours=1)
    switch(HERE, Mode.ROUTINE, hours=5, hazard="")

    past = [queries.mode_of(HERE, AT + timedelta(hours=hours)).mode for hours in (0, 1, 4, 5)]
    assert past == [Mode.ROUTINE, Mode.EMERGENCY, Mode.EMERGENCY, Mode.ROUTINE]
    assert [row.mode for row in queries.switches_of(HERE)] == ["routine", "emergency"]


def test_switch_refuses_what_has_no_ground_or_no_sense() -> None:
    def code_of(**facts: object) -> str:
        with pytest.raises(Refused) as refused:
            switch(HERE, **facts)  # type: ignore[arg-type]  # the facts of one refusal each
        return refused.value.code

    assert code_of(ground="  ") == "no_ground"
    assert code_of(mode=Mode.ROUTINE, level=ResponseLevel.IV) == "level_in_routine"
    assert code_of(level=ResponseLevel.IV) == "level_above_rank"
    switch(HERE)
    assert code_of() == "already_so"
    assert (ModeSwitch.objects.count(), Entry.objects.count()) == (1, 1)


def test_overseer_of_another_county_declares_no_level_here() -> None:
    with pytest.raises(Refused) as refused:
        switch(FAR, level=ResponseLevel.I, actor=COUNTY_OVERSEER)

    assert refused.value.code == "level_above_rank"


@pytest.mark.parametrize("facts", [{"ground": ""}, {"mode": "routine", "level": 2}])
def test_database_refuses_a_switch_without_ground_or_with_a_level_in_routine(
    facts: dict[str, object],
) -> None:
    row = {
        "division_code": HERE,
        "mode": "emergency",
        "level": 0,
        "ground": "x",
        "at": AT,
        "actor_label": "x",
    }

    with pytest.raises(IntegrityError, match="mode_switch_"), transaction.atomic():
        ModeSwitch.objects.create(**{**row, **facts})


@pytest.mark.req("R1.4")
def test_many_places_at_once_have_the_modes_that_each_has_alone(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    switch(COUNTY, level=ResponseLevel.III, actor=COUNTY_OVERSEER)
    switch(HERE, Mode.ROUTINE, hours=1)
    switch(TOWNSHIP, actor=COUNTY_OVERSEER, hours=2, level=ResponseLevel.II)
    switch(NEXT_DOOR, Mode.ROUTINE, actor=COUNTY_OVERSEER, hours=3)
    places = [PROVINCE, COUNTY, TOWNSHIP, HERE, NEXT_DOOR, FAR]

    alone = {place: queries.mode_of(place).mode for place in places}
    with django_assert_num_queries(1):
        together = queries.modes_of(places)

    assert together == alone
    assert together == {
        PROVINCE: Mode.ROUTINE,
        COUNTY: Mode.EMERGENCY,
        TOWNSHIP: Mode.EMERGENCY,
        HERE: Mode.EMERGENCY,
        NEXT_DOOR: Mode.ROUTINE,
        FAR: Mode.ROUTINE,
    }


def test_of_two_switches_in_one_second_the_later_row_counts_also_for_many() -> None:
    switch(HERE)
    switch(HERE, Mode.ROUTINE)

    assert queries.modes_of([HERE]) == {HERE: queries.mode_of(HERE).mode} == {HERE: Mode.ROUTINE}
