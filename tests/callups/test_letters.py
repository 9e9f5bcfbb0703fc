"""What people are told: once for each occasion, in the language of the place, marked where it is a drill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from muster.callups.access import OFFER_LINK
from muster.callups.actions import calls, letters, orders, reminders, waves
from muster.callups.models import Offer, Slot, UnitCall
from muster.callups.rules import letters as words
from muster.callups.rules.letters import Errand, Words
from muster.notifications.models import Message
from muster.people import links
from muster.people.enums import ForceClass
from muster.people.models import Liaison, Person
from muster.territory.models import Division
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import called, seated
from tests.callups.refusals import nothing_done
from tests.world import HERE, World, make_person, make_unit

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LINK = "https://muster.example/my/o/abc/"
ERRAND = Errand("蜀汉街社区", "北门", "扫码测温", START - 20 * MINUTE, START, START + 6 * HOUR)
LETTERS: dict[str, Callable[[Errand], Words]] = {
    "ask": lambda errand: words.ask(errand, START - 2 * HOUR, LINK),
    "remind_answer": lambda errand: words.remind_answer(errand, START - 2 * HOUR, LINK),
    "remind_muster": lambda errand: words.remind_muster(errand, "身份证", LINK),
    "promoted": lambda errand: words.promoted(errand, LINK),
    "thanked": words.thanked,
    "stood_down": lambda errand: words.stood_down(errand, "已提前解除。"),
    "ordered": lambda errand: words.ordered(errand, LINK),
    "unit_called": lambda errand: words.unit_called(errand, START - 2 * HOUR, LINK),
}
CARRY_A_LINK = ("ask", "remind_answer", "remind_muster", "promoted", "ordered", "unit_called")


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_whole_in_both_languages(name: str, language: str) -> None:
    english_errand = replace(ERRAND, community="Shuhan Street", place="North gate", task="scan codes")

    with translation.override(language):
        letter = LETTERS[name](english_errand)

    assert is_chinese(letter.title) is (language == "zh-hans")
    assert "%(" not in letter.title + letter.body
    assert (LINK in letter.body) is (name in CARRY_A_LINK)
    assert len(letter.body.replace(LINK, "")) <= 200


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_of_a_drill_says_so_at_the_head_of_title_and_body(name: str) -> None:
    with translation.override("zh-hans"):
        drill = LETTERS[name](replace(ERRAND, is_drill=True))
        real = LETTERS[name](ERRAND)

    assert "演练" in drill.title[:6]
    assert "演练" in drill.body[:6]
    assert "演练" not in real.title + real.body


@pytest.mark.parametrize("name", [name for name in LETTERS if name not in ("promoted", "unit_called")])
def test_letters_name_the_place(name: str) -> None:
    with translation.override("zh-hans"):
        assert "北门" in LETTERS[name](ERRAND).body


def test_hours_across_midnight_name_the_next_day() -> None:
    night = replace(ERRAND, starts_at=START + 16 * HOUR, ends_at=START + 22 * HOUR)

    with translation.override("zh-hans"):
        assert night.hours == "12月3日 周四 22:00–次日 04:00"


def test_people_are_told_in_the_language_of_the_place_whoever_presses_the_button(world: World) -> None:
    call_up = raised(world.actor("worker"))

    with translation.override("en"):
        waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)

    message = Message.objects.filter(topic="offer").first()
    assert message is not None
    assert is_chinese(message.title)
    assert "蜀汉街社区" in message.body


def test_each_person_gets_a_link_of_his_own_and_it_lasts_three_days_beyond_the_end(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offers = [offer_to(call_up, world.volunteer(number)) for number in (1, 2)]
    letters.ask(call_up, offers, at=NOW)

    tokens = [letters.offer_link(offer).split("/my/o/")[1].strip("/") for offer in offers]

    end = call_up.ends_at + timedelta(days=3)
    assert tokens[0] != tokens[1]
    for offer, token in zip(offers, tokens, strict=True):
        assert token in Message.objects.get(person_id=offer.person_id).body
        assert links.read(OFFER_LINK, token, end - MINUTE) == offer.code
        with pytest.raises(Refused):
            links.read(OFFER_LINK, token, end + MINUTE)


def test_the_same_letter_is_never_written_twice(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.volunteer(1))
    seat = seated(world, world.volunteer(2), call_up)
    deeds: list[Callable[[], object]] = [
        lambda: letters.ask(call_up, [offer], at=NOW),
        lambda: letters.remind_unanswered(call_up, [offer], at=NOW),
        lambda: letters.remind_muster([seat], at=NOW),
        lambda: letters.thank(call_up, [offer], at=NOW),
        lambda: letters.tell_promoted(seat.offer, seat, at=NOW),
        lambda: letters.tell_stood_down(
            call_up, "已解除", offers=[offer], seats=[seat], unit_calls=[], at=NOW
        ),
    ]

    for deed in deeds:
        before = Message.objects.count()
        deed()
        assert Message.objects.count() > before
        with nothing_done():
            deed()


def test_a_community_that_left_the_register_is_named_by_its_duty_holder(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(duty_holder="武侯区疾控中心"))
    Division.objects.filter(code=HERE).delete()

    letters.ask(call_up, [offer_to(call_up, world.volunteer(1))], at=NOW)

    assert "武侯区疾控中心" in Message.objects.get(topic="offer").body


def test_only_the_liaison_of_the_called_unit_who_still_is_one_hears_of_the_call(world: World) -> None:
    other = make_unit("锦里商户联盟", uscc="91510107MA61TEST0X")
    people = {
        name: make_person(name, digits, HERE, ForceClass.REPORTED_PERSON)
        for name, digits in (
            ("别的单位", "13700000001"),
            ("前联络员", "13700000002"),
            ("社区一侧", "13700000003"),
        )
    }
    Liaison.objects.create(
        unit=other, division_code=HERE, person=people["别的单位"], side="unit", began_on=NOW.date()
    )
    Liaison.objects.create(
        unit=world.unit,
        division_code=HERE,
        person=people["前联络员"],
        side="unit",
        began_on=NOW.date() - timedelta(days=30),
        ended_on=NOW.date(),
    )
    Liaison.objects.create(
        unit=world.unit, division_code=HERE, person=people["社区一侧"], side="community", began_on=NOW.date()
    )

    call = called(world)

    told = Message.objects.filter(topic="unit_called")
    assert [message.person_id for message in told] == [world.person("liaison").pk]
    assert f"/unit/callups/{call.code}/" in told[0].body


def test_a_unit_without_a_liaison_is_called_all_the_same(world: World) -> None:
    Liaison.objects.all().delete()

    called(world)

    assert (UnitCall.objects.count(), Message.objects.filter(topic="unit_called").count()) == (1, 0)


def test_who_was_ordered_hears_of_duty_and_gets_no_link_to_decline(world: World) -> None:
    call_up = raised(world.actor("worker"))
    person = make_person("网格员", "13700000001", HERE, ForceClass.GRID_WORKER)
    slot = Slot.objects.select_related("shift__post", "call_up").get(call_up=call_up)

    seat = orders.order(person, slot, actor=world.actor("worker"), at=NOW)

    message = Message.objects.get(topic="ordered")
    assert (message.person_id, "/my/o/" in message.body) == (person.pk, False)
    assert letters.order_link(seat) in message.body


@pytest.mark.parametrize(
    ("due_in", "told"),
    [
        pytest.param(30 * MINUTE, 1, id="half an hour before"),
        pytest.param(30 * MINUTE + timedelta(seconds=1), 0, id="a second earlier"),
        pytest.param(20 * MINUTE + timedelta(seconds=1), 1, id="at the last moment"),
        pytest.param(20 * MINUTE, 0, id="too late to be of use"),
    ],
)
def test_who_has_not_answered_is_reminded_within_ten_minutes_only(
    world: World, due_in: timedelta, told: int
) -> None:
    call_up = raised(world.actor("worker"))
    offer_to(call_up, world.volunteer(1))

    assert reminders.remind_unanswered(call_up.reply_by - due_in) == told


@pytest.mark.parametrize(
    ("asked_before", "told"), [(30 * MINUTE, 1), (30 * MINUTE - timedelta(seconds=1), 0)]
)
def test_who_was_asked_less_than_half_an_hour_ago_is_left_alone(
    world: World, asked_before: timedelta, told: int
) -> None:
    call_up = raised(world.actor("worker"))
    at = call_up.reply_by - 25 * MINUTE
    offer_to(call_up, world.volunteer(1), asked_at=at - asked_before)

    assert reminders.remind_unanswered(at) == told


@pytest.mark.parametrize("state", ["accepted", "declined", "waiting", "expired", "thanked"])
def test_who_has_answered_is_not_reminded_to(world: World, state: str) -> None:
    call_up = raised(world.actor("worker"))
    offer_to(call_up, world.volunteer(1), state=state, answered_at=NOW, waiting_since=NOW)

    assert reminders.remind_unanswered(call_up.reply_by - 25 * MINUTE) == 0


@pytest.mark.parametrize("end", ["halt", "stand_down", "close"])
def test_nobody_is_reminded_of_a_question_that_is_not_asked_any_more(world: World, end: str) -> None:
    call_up = raised(world.actor("worker"))
    offer_to(call_up, world.volunteer(1))
    facts = {"reason": "已解除"} if end == "stand_down" else {}
    getattr(calls, end)(call_up, actor=world.actor("worker"), at=NOW, **facts)

    assert reminders.remind_unanswered(call_up.reply_by - 25 * MINUTE) == 0


@pytest.mark.parametrize("end", ["stand_down", "withdraw", "arrive"])
def test_nobody_is_reminded_of_a_muster_that_is_not_his(world: World, end: str) -> None:
    seat = seated(world)
    if end == "stand_down":
        calls.stand_down(seat.call_up, reason="已解除", actor=world.actor("worker"), at=NOW)
    else:
        state = {"withdraw": "withdrawn", "arrive": "arrived"}[end]
        type(seat).objects.filter(pk=seat.pk).update(state=state, ended_at=NOW)

    assert reminders.remind_muster(seat.shift.muster_at - 115 * MINUTE) == 0


def test_reminding_of_a_muster_costs_the_same_for_one_and_for_many(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(12))
    costs = []
    # From the second round on there are seats whose people have been reminded, which is one question more.
    for first, count in ((1, 1), (20, 1), (40, 8)):
        seats = [seated(world, world.volunteer(number), call_up) for number in range(first, first + count)]
        with CaptureQueriesContext(connection) as counted:
            reminders.remind_muster(seats[0].shift.muster_at - 115 * MINUTE)
        costs.append(len(counted))

    assert costs[1] == costs[2]
    assert Message.objects.filter(topic="remind").count() == 10


def test_asking_costs_the_same_for_one_and_for_many(world: World) -> None:
    call_up = raised(world.actor("worker"))
    groups = [[offer_to(call_up, world.volunteer(1))]]
    groups.append([offer_to(call_up, world.volunteer(number)) for number in range(2, 12)])
    costs = []
    for group in groups:
        rows = Offer.objects.filter(pk__in=[offer.pk for offer in group])
        whole = list(rows.select_related("person", "call_up", "slot__shift__post"))
        with CaptureQueriesContext(connection) as counted:
            letters.ask(call_up, whole, at=NOW)
        costs.append(len(counted))

    assert costs[0] == costs[1]


def test_made_up_people_are_marked_on_every_message(world: World) -> None:
    call_up = raised(world.actor("worker"))
    real = world.volunteer(1)
    Person.objects.filter(pk=real.pk).update(is_synthetic=False)
    real.refresh_from_db()

    letters.ask(call_up, [offer_to(call_up, real), offer_to(call_up, world.volunteer(2))], at=NOW)

    marks = dict(Message.objects.filter(topic="offer").values_list("person_id", "is_synthetic"))
    assert marks.pop(real.pk) is False
    assert set(marks.values()) == {True}
