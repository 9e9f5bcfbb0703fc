"""Places with call-ups and people in reserve, and plans over them, for the tests of the dispatch."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import plans
from muster.callups.models import CallUp, DispatchRun
from muster.callups.rules.drafts import SeatsDraft
from muster.norms.models import ModeSwitch
from muster.people.enums import ForceClass
from muster.people.models import Person, ReportIn
from muster.territory.models import Division
from tests.callups.drafting import NOW, draft, post, raised, shift
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World, make_person, make_profile

BOARD = "/desk/dispatch/"
PLAN = "/desk/dispatch/plan/"


def nobody_on_duty() -> None:
    """The office people of the cast serve elsewhere, so that a test counts its own people only."""
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )


def place(code: int = TOWNSHIP) -> Division:
    return Division.objects.get(code=code, valid_to=None)


def call_here(world: World, seats: int = 2, **facts: Any) -> CallUp:
    return raised(world.actor("worker"), draft(seats, **facts))


def call_next_door(world: World, seats: int = 2, **facts: Any) -> CallUp:
    return raised(world.actor("neighbor"), draft(seats, division_code=NEXT_DOOR, **facts))


def grid_worker(number: int, division_code: int = HERE, *, backbone: bool = False, **facts: Any) -> Person:
    """One of the regular force of that community."""
    person = make_person(f"网格员{number}", f"138{number:08d}", division_code, ForceClass.GRID_WORKER)
    Person.objects.filter(pk=person.pk).update(**facts)
    if backbone:
        make_profile(person, is_backbone=True)
    person.refresh_from_db()
    return person


def reported(world: World, number: int, division_code: int = HERE, **facts: Any) -> Person:
    """Reported in to that community by the unit of the cast."""
    person = world.volunteer(number, division_code=division_code, **facts)
    Person.objects.filter(pk=person.pk).update(force_class=ForceClass.REPORTED_PERSON, unit=world.unit)
    ReportIn.objects.create(
        person=person,
        unit=world.unit,
        division_code=division_code,
        reported_on=date(2026, 11, 1),
        valid_to=date(2027, 12, 31),
    )
    return person


def planned(world: World, cast: str = "township_overseer", code: int = TOWNSHIP, **facts: Any) -> DispatchRun:
    """A plan over that place, at noon of the tests."""
    return plans.propose_over(place(code), actor=world.actor(cast), at=NOW, **facts)


def sent(run: DispatchRun) -> dict[str, tuple[int, str]]:
    """By person the call-up and the way."""
    return {line["person"]: (line["call_up"], line["way"]) for line in run.plan["assignments"]}


def emergency(code: int = COUNTY, mode: str = "emergency") -> None:
    """That place is switched now."""
    ModeSwitch.objects.create(
        division_code=code,
        mode=mode,
        level=3 if mode == "emergency" else 0,
        ground="指挥部通知",
        at=timezone.now(),
        actor_label="x",
    )


def tomorrow() -> datetime:
    """Pages read the real clock."""
    start = timezone.localtime() + timedelta(days=1)
    return start.replace(hour=8, minute=0, second=0, microsecond=0)


def call_tomorrow(world: World, division_code: int = HERE, seats: int = 2, **facts: Any) -> CallUp:
    """A call-up of tomorrow morning by the real clock."""
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=tomorrow())),),
        division_code=division_code,
        reply_by=timezone.now() + timedelta(hours=4),
        **facts,
    )
    return raised(world.actor("worker" if division_code == HERE else "neighbor"), form, at=timezone.now())


def text(response: HttpResponse) -> str:
    """What the page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def desk(world: World) -> Client:
    """The overseer of the township, reading English."""
    nobody_on_duty()
    client = world.client_for("township_overseer")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def plan_of(desk: Client, code: int = TOWNSHIP, **data: str) -> DispatchRun:
    """Presses the button of the board of that place."""
    answer = desk.post(PLAN, {"place": str(code), **data})
    return DispatchRun.objects.get(code=answer.url.rstrip("/").rsplit("/", 1)[-1])  # type: ignore[attr-defined]  # a redirect


def url(name: str, run: DispatchRun) -> str:
    return reverse(f"callups:desk-dispatch-{name}", args=[run.code])
