"""Rolls on paper: everybody with a seat and a line for each free one, who took the names along, and how many at most."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.audit.models import Disclosure, Entry
from muster.callups.actions import attendance, rolls
from muster.callups.models import CallUp, Shift, Slot
from muster.callups.queries.rolls import MOST_BLANK, rolls_of
from muster.callups.rules.drafts import SeatsDraft
from muster.norms import queries as norms
from muster.norms.models import Setting
from muster.people.forms.desk import RevealForm
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, seated, waiting
from tests.callups.refusals import refused
from tests.world import World

pytestmark = pytest.mark.django_db


def two_gates(world: World) -> CallUp:
    """Four seats at the north gate, two at the south gate."""
    gates = (post("北门", shift(SeatsDraft("general", 4))), post("南门", shift(SeatsDraft("general", 2))))
    return raised(world.actor("worker"), draft(posts=gates))


def shifts(call_up: CallUp) -> list[Shift]:
    return list(Shift.objects.filter(call_up=call_up).select_related("post", "call_up").order_by("pk"))


def slot_at(call_up: CallUp, gate: str) -> Slot:
    return Slot.objects.get(call_up=call_up, shift__post__name=gate)


def of_call_up(call_up: CallUp) -> str:
    return reverse("callups:desk-callup-roll", args=[call_up.code])


def of_post(call_up: CallUp) -> str:
    return reverse("callups:post-roll", args=[call_up.posts.order_by("pk")[0].code])


def text_of(client: Client, address: str, language: str = "en", **form: str) -> str:
    answer = client.post(address, form, headers={"accept-language": language})
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_everybody_with_a_seat_is_on_the_roll_of_his_shift(world: World) -> None:
    call_up = two_gates(world)
    for number in (3, 1):
        seated(world, world.volunteer(number), call_up, slot_at(call_up, "北门"))
    arrives(seated(world, world.volunteer(2), call_up, slot_at(call_up, "南门")))
    absent = seated(world, world.volunteer(6), call_up, slot_at(call_up, "北门"))
    attendance.mark_absent(absent, actor=world.actor("leader"), at=START + timedelta(hours=1))
    waiting(call_up, world.volunteer(4), slot_at(call_up, "南门"))
    offer_to(call_up, world.volunteer(5), slot_at(call_up, "北门"))

    found = {
        roll.shift.post.name: ([line.name for line in roll.lines], roll.seats, list(roll.blanks))
        for roll in rolls_of(shifts(call_up))
    }

    assert found == {"北门": (["志愿者1", "志愿者3"], 4, [3, 4]), "南门": (["志愿者2"], 2, [2])}


def test_a_page_holds_some_empty_lines_and_no_more(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(60))

    (roll,) = rolls_of(shifts(call_up))

    assert list(roll.blanks) == list(range(1, MOST_BLANK + 1))


def test_rolls_cost_the_same_however_many_shifts_there_are(world: World) -> None:
    call_up = two_gates(world)
    for number in range(3):
        seated(world, world.volunteer(number), call_up, slot_at(call_up, "北门"))
    both = shifts(call_up)

    def queries(some: list[Shift]) -> int:
        with CaptureQueriesContext(connection) as found:
            rolls_of(some)
        return len(found)

    assert queries(both) == queries(both[1:]) == 2


def test_who_printed_the_names_stays_on_record(world: World) -> None:
    call_up = two_gates(world)
    people = [world.volunteer(number) for number in range(3)]
    for person in people:
        seated(world, person, call_up, slot_at(call_up, "北门"))

    rolls.print_rolls(shifts(call_up), actor=world.actor("worker"), at=NOW)

    rows = Disclosure.objects.order_by("person_id").values_list("person_id", "field", "purpose", "at")
    assert list(rows) == [(person.pk, "printed_name", "roll", NOW) for person in people]
    entry = Entry.objects.get(verb="callups.roll.printed")
    assert (entry.object_code, entry.detail) == (call_up.code, {"people": 3, "shifts": 2})


def test_ones_own_name_is_ones_own(world: World) -> None:
    call_up = two_gates(world)
    seated(world, world.person("leader"), call_up, slot_at(call_up, "北门"))

    rolls.print_rolls(shifts(call_up), actor=world.actor("leader"), at=NOW)

    assert not Disclosure.objects.exists()


def test_nobody_takes_more_names_along_than_the_norm_says(world: World) -> None:
    call_up = two_gates(world)
    for number in range(3):
        seated(world, world.volunteer(number), call_up, slot_at(call_up, "北门"))
    Setting.objects.create(
        key="export.second_person_rows",
        value=2,
        unit="row",
        basis="D",
        source="x",
        rule_set=norms.RULE_SET,
        division_code=world.here,
        valid_from=timezone.localdate() - timedelta(days=9),
        changed_by_label="x",
    )
    norms.forget()

    with refused("roll_too_long"):
        rolls.print_rolls(shifts(call_up), actor=world.actor("worker"), at=NOW)

    assert not Disclosure.objects.exists()
    assert not Entry.objects.filter(verb="callups.roll.printed").exists()
    assert rolls.print_rolls(shifts(call_up)[1:], actor=world.actor("worker"), at=NOW)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Signature", "Printed by 周敏"]), ("zh-hans", ["签名", "打印，名单上的人都看得到"])],
)
def test_the_paper_says_who_printed_it_and_when(world: World, language: str, words: list[str]) -> None:
    call_up = two_gates(world)
    seated(world, call_up=call_up, slot=slot_at(call_up, "南门"))

    answer = world.client_for("worker").post(of_call_up(call_up), headers={"accept-language": language})

    page = answer.content.decode()
    assert [word for word in words if word not in page] == []
    watermark = page[page.index("watermark") :]
    assert re.search(r"周敏 20\d\d-\d\d-\d\d \d\d:\d\d<", watermark)
    assert "no-store" in answer["Cache-Control"]


def test_the_numbers_on_paper_are_masked(world: World) -> None:
    call_up = two_gates(world)
    seated(world, world.volunteer(1), call_up, slot_at(call_up, "北门"))

    page = text_of(world.client_for("worker"), of_call_up(call_up))

    assert "139****0001" in page
    assert "13900000001" not in page


def test_a_leader_prints_the_shift_that_he_looks_at_and_no_other(world: World) -> None:
    call_up = two_gates(world)
    seated(world, world.volunteer(1), call_up, slot_at(call_up, "北门"))
    seated(world, world.volunteer(2), call_up, slot_at(call_up, "南门"))
    north, south = shifts(call_up)
    leader = world.client_for("leader")

    page = text_of(leader, of_post(call_up), shift=north.code)

    assert "志愿者1" in page
    assert "志愿者2" not in page
    assert Disclosure.objects.count() == 1
    assert leader.post(of_post(call_up), {"shift": south.code}).status_code == 404
    assert leader.post(of_post(call_up)).status_code == 404


@pytest.mark.parametrize("who", ["neighbor", "county_overseer", "liaison", "guard", "volunteer", "stranger"])
def test_nobody_else_takes_names_along(world: World, who: str) -> None:
    call_up = two_gates(world)
    seated(world, call_up=call_up, slot=slot_at(call_up, "北门"))

    answers = [
        world.client_for(who).post(address, {"shift": shifts(call_up)[0].code}).status_code
        for address in (of_call_up(call_up), of_post(call_up))
    ]

    assert answers == [404, 404]
    assert not Disclosure.objects.exists()


def test_a_list_is_not_printed_by_following_a_link(world: World) -> None:
    client = world.client_for("worker")

    assert client.get(of_call_up(two_gates(world))).status_code == 405
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["name on a printed list", "to call the roll at your post"]),
        ("zh-hans", ["打印在名单上的姓名", "在岗位上点名"]),
    ],
)
def test_the_person_reads_who_printed_his_name(world: World, language: str, words: list[str]) -> None:
    call_up = two_gates(world)
    seated(world, call_up=call_up, slot=slot_at(call_up, "北门"))
    world.client_for("worker").post(of_call_up(call_up))

    mine = world.client_for("volunteer").get("/my/disclosures/", headers={"accept-language": language})

    assert [word for word in words if word not in mine.content.decode()] == []


def test_a_roll_is_no_reason_to_open_a_number() -> None:
    form = RevealForm({"field": "phone", "purpose": "roll"})

    assert list(form.errors) == ["purpose"]
