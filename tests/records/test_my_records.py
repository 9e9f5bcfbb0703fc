"""The own hours: each line with its evidence, nobody else's, and what is kept apart is kept apart."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.records.actions import hours
from muster.records.enums import DutyKind
from muster.records.models import ServiceRecord
from tests.records.test_hours import END, credited, times
from tests.world import World

pytestmark = pytest.mark.django_db
URL = "/my/records/"


@pytest.mark.req("R9.3")
def test_each_line_shows_what_it_was_and_how_it_is_proven(world: World) -> None:
    credited(world, times(-40, 360))

    text = world.client_for("volunteer").get(URL).content.decode()

    for words in ("门岗值守", "北门", "蜀汉街社区居民委员会", "曹勇", "st-accepted", "25"):
        assert words in text


def test_volunteer_time_paid_duty_and_drills_are_not_added_up(world: World) -> None:
    credited(world, times(), "A1")
    credited(world, times(day=1), "A2", duty_kind=DutyKind.ON_PAID_DUTY)
    credited(world, times(day=2), "A3", is_drill=True)

    totals = world.client_for("volunteer").get(URL).context["totals"]

    assert (totals.service, totals.on_duty, totals.drill) == (360, 360, 360)


def test_nobody_elses_hours_are_there(world: World) -> None:
    credited(world, person=world.volunteer(1))

    response = world.client_for("volunteer").get(URL)

    assert response.context["lines"] == []
    assert 'class="empty-m"' in response.content.decode()


def test_the_reason_of_a_decision_is_read_by_the_person(world: World) -> None:
    record = credited(world)
    hours.void(record, reason="签错了人", actor=world.actor("worker"), at=END)

    assert "签错了人" in world.client_for("volunteer").get(URL).content.decode()


def test_the_page_costs_the_same_for_one_and_for_three_records(world: World) -> None:
    client = world.client_for("volunteer")
    counts = []
    for day in range(3):
        credited(world, times(day=day), f"A{day}")
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        counts.append(len(captured))

    assert counts[0] == counts[2]


@pytest.mark.parametrize(
    ("who", "status"), [("volunteer", 200), ("liaison", 200), ("worker", 200), ("stranger", 302)]
)
def test_everybody_has_a_page_of_his_own(world: World, who: str, status: int) -> None:
    assert world.client_for(who).get(URL).status_code == status


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", ["时长", "演练", "签错了人"]), ("en", ["My hours", "Drills, kept apart", "Voided by"])],
)
def test_the_page_speaks_both_languages(world: World, language: str, said: list[str]) -> None:
    record = credited(world)
    hours.void(record, reason="签错了人", actor=world.actor("worker"), at=END)
    credited(world, times(day=2), "A3", is_drill=True)

    text = world.client_for("volunteer").get(URL, headers={"accept-language": language}).content.decode()

    assert [words for words in said if words not in text] == []


def test_words_of_a_decision_are_text_and_no_markup(world: World) -> None:
    record = credited(world)
    hours.void(record, reason="<script>alert(1)</script>", actor=world.actor("worker"), at=END)

    text = world.client_for("volunteer").get(URL).content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_page_costs_the_same_for_thirty_records_of_every_kind(world: World) -> None:
    client = world.client_for("volunteer")
    counts = []
    for size in (1, 30):
        for day in range(ServiceRecord.objects.count(), size):
            credited(world, times(day=day), f"A{day}", is_drill=day % 3 == 1)
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(URL).context["lines"]) == size
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("after", ["nonsense", "WzFd", "AAAA", "%00"])
def test_a_cursor_that_was_tampered_with_gives_the_first_page(world: World, after: str) -> None:
    credited(world)

    assert len(world.client_for("volunteer").get(URL, {"after": after}).context["lines"]) == 1
