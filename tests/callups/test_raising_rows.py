"""What a new call-up is filled in with where its draft says nothing: times, mode, cap, needs, units, secrets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from muster.audit.models import Entry
from muster.callups.actions import calls, waves
from muster.callups.models import CallUp, NeedItem, Offer, Post, Shift, Slot, SupportItem, UnitCall
from muster.callups.rules.drafts import SeatsDraft, ShiftDraft, SupportDraft
from muster.jobs import queue
from muster.norms import queries as norms
from muster.norms.actions import modes
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.models import Setting
from muster.organizations.models import ResidentUnit
from muster.people.models import VolunteerProfile
from muster.toolkit.actor import SYSTEM, Actor
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.refusals import refused, rows
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World, make_unit

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def set_number(key: str, value: float, place: int = HERE) -> None:
    Setting.objects.create(key=key, value=value, basis="D", division_code=place, valid_from=date(2026, 1, 1))
    norms.forget()


@pytest.mark.parametrize(
    ("mode", "reply_in", "answer_in"),
    [
        pytest.param("routine", 10 * HOUR, 120 * MINUTE, id="routine: two hours"),
        pytest.param("emergency", 10 * HOUR, 30 * MINUTE, id="emergency: half an hour"),
        pytest.param("emergency", 20 * MINUTE, 20 * MINUTE, id="never later than volunteers"),
    ],
)
def test_units_have_as_long_to_answer_as_the_norms_say(
    world: World, mode: str, reply_in: timedelta, answer_in: timedelta
) -> None:
    call_up = raised(world.actor("worker"), draft(mode=mode, level=0, reply_by=NOW + reply_in))

    assert call_up.unit_answer_due_at == NOW + answer_in
    assert call_up.naming_due_at == call_up.reply_by


def test_times_that_the_draft_names_are_kept(world: World) -> None:
    form = draft(naming_due_at=START - HOUR, unit_answer_due_at=NOW + 5 * MINUTE, ask_cap=7)

    call_up = raised(world.actor("worker"), form)

    assert (call_up.naming_due_at, call_up.unit_answer_due_at) == (START - HOUR, NOW + 5 * MINUTE)
    assert call_up.ask_cap == 7


@pytest.mark.parametrize(("seats", "per_seat", "cap"), [(1, 10, 10), (7, 10, 70), (3, 2.5, 7), (2, 0, 0)])
def test_the_most_people_asked_follows_the_seats_and_the_norm_of_the_place(
    world: World, seats: int, per_seat: float, cap: int
) -> None:
    set_number("call.ask_cap_per_seat", per_seat)

    assert raised(world.actor("worker"), draft(seats)).ask_cap == cap


@pytest.mark.parametrize("place", [HERE, TOWNSHIP, COUNTY])
def test_a_number_of_the_place_or_of_any_above_it_counts(world: World, place: int) -> None:
    set_number("call.unit_answer_minutes_emergency", 45, place)

    assert raised(world.actor("worker")).unit_answer_due_at == NOW + 45 * MINUTE


@pytest.mark.req("R1.4")
@pytest.mark.parametrize(
    ("facts", "found"),
    [
        pytest.param({"mode": None, "level": None}, ("emergency", 2), id="as the place is"),
        pytest.param({"mode": "routine", "level": None}, ("routine", 0), id="routine has no level"),
        pytest.param({"mode": "routine", "level": 3}, ("routine", 0), id="not even when asked for"),
        pytest.param({"mode": "emergency", "level": 4}, ("emergency", 4), id="a level of its own"),
    ],
)
def test_mode_and_level_are_those_of_the_place_unless_the_draft_says_otherwise(
    world: World, facts: dict[str, object], found: tuple[str, int]
) -> None:
    modes.switch(
        COUNTY,
        mode=Mode.EMERGENCY,
        level=ResponseLevel.II,
        ground="区指挥部第7号令",
        actor=world.actor("county_overseer"),
        at=NOW,
    )

    call_up = raised(world.actor("worker"), draft(**facts))

    assert (call_up.mode, call_up.level) == found


def test_the_longest_shift_is_that_of_the_place(world: World) -> None:
    set_number("shift.minutes_max", 4 * 60)

    with refused("shift_too_long"):
        raised(world.actor("worker"))


def test_each_post_has_a_secret_of_its_own_and_the_task_of_the_call_up_or_its_own(world: World) -> None:
    places = (
        post("北门", shift(SeatsDraft("general", 1))),
        post("南门", shift(SeatsDraft("general", 1)), task_kind="delivery", weight=4, lon=104.0, lat=30.6),
    )

    call_up = raised(world.actor("worker"), draft(posts=places))

    north, south = Post.objects.filter(call_up=call_up).order_by("position")
    assert (north.task_kind, south.task_kind, south.weight) == ("scan_temperature", "delivery", 4)
    assert len({north.code_key, south.code_key}) == 2
    assert all(len(one.code_key) == 64 for one in (north, south))


def test_kinds_without_seats_are_left_out_and_skills_stand_on_skilled_seats_only(world: World) -> None:
    seats = (
        SeatsDraft("general", 2, "nursing"),
        SeatsDraft("backbone", 0),
        SeatsDraft("skilled", 1, "nursing"),
    )

    raised(world.actor("worker"), draft(posts=(post("北门", shift(*seats)),)))

    found = sorted(Slot.objects.values_list("kind", "skill", "seats"))
    assert found == [("general", "", 2), ("skilled", "nursing", 1)]


def test_a_post_with_two_shifts_has_the_seats_of_each(world: World) -> None:
    morning = shift(SeatsDraft("general", 2))
    evening = ShiftDraft(START + 12 * HOUR, START + 12 * HOUR, START + 16 * HOUR, (SeatsDraft("general", 5),))

    call_up = raised(world.actor("worker"), draft(posts=(post("北门", morning, evening),)))

    found = Slot.objects.order_by("shift__starts_at").values_list("shift__post__name", "seats")
    assert list(found) == [("北门", 2), ("北门", 5)]
    assert (call_up.starts_at, call_up.ends_at) == (START, START + 16 * HOUR)
    assert Shift.objects.filter(division_code=HERE).count() == 2


@pytest.mark.req("R2.2")
def test_a_call_up_without_a_need_on_file_opens_one_and_cites_it(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(4, purpose="北门排队太长"))

    (need,) = call_up.needs.all()
    assert (need.description, need.headcount, need.division_code) == ("北门排队太长", 4, HERE)
    assert (need.opened_at, need.closed_at) == (NOW, None)


@pytest.mark.req("R2.2")
def test_two_needs_are_cited_together_and_each_code_once(world: World) -> None:
    needs = [
        NeedItem.objects.create(
            division_code=HERE, task_kind="delivery", description=text, headcount=2, opened_at=NOW
        )
        for text in ("送菜", "送药")
    ]
    codes = (needs[0].code, needs[1].code, needs[0].code)

    call_up = raised(world.actor("worker"), draft(need_codes=codes))

    assert set(call_up.needs.all()) == set(needs)


@pytest.mark.req("R2.3")
def test_units_of_the_community_are_called_and_no_others(world: World) -> None:
    elsewhere = make_unit("七道堰小学", uscc="91510107MA61TEST0X", division_code=NEXT_DOOR)
    unlinked = make_unit("已解除单位", uscc="11510107450716217Q")
    ResidentUnit.objects.filter(pk=unlinked.pk).update(unlinked_at=timezone.now())

    call_up = raised(
        world.actor("worker"), draft(unit_ids=(world.unit.pk, elsewhere.pk, unlinked.pk, 999_999))
    )

    assert [call.unit for call in UnitCall.objects.filter(call_up=call_up)] == [world.unit]


def test_what_is_promised_stands_with_its_giver_and_note(world: World) -> None:
    support = (SupportDraft("meals", "unit", "12:00 盒饭"), SupportDraft("ppe", "township"))

    call_up = raised(world.actor("worker"), draft(support=support))

    found = SupportItem.objects.filter(call_up=call_up).order_by("kind").values_list("kind", "giver", "note")
    assert list(found) == [("meals", "unit", "12:00 盒饭"), ("ppe", "township", "")]
    assert call_up.insures_everybody is False


def test_units_only_means_that_no_volunteer_is_asked(world: World) -> None:
    units_only = raised(world.actor("worker"), draft(unit_ids=(world.unit.pk,), asks_volunteers=False))
    both = raised(world.actor("worker"), draft(asks_volunteers=True))

    asked = [Offer.objects.filter(call_up=call_up).count() for call_up in (units_only, both)]

    assert (asked[0], asked[1] > 0) == (0, True)


@pytest.mark.parametrize(("limit", "inline"), [(1, True), (0, False)], ids=["at the limit", "above it"])
def test_above_the_limit_the_first_wave_is_a_job(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: int, inline: bool
) -> None:
    VolunteerProfile.objects.update(state="paused")
    world.volunteer(1)
    monkeypatch.setattr(calls, "MOST_ASKED_INLINE", limit)

    call_up = raised(world.actor("worker"), draft(asks_volunteers=True))

    before = Offer.objects.filter(call_up=call_up).count()
    assert (before, len(queue.waiting("callups.ask_wave"))) == ((1, 0) if inline else (0, 1))


def test_a_person_without_an_account_raises_nothing(world: World) -> None:
    actor = world.actor("worker")
    nobody = Actor(label="周敏", person_id=actor.person_id, grants=actor.grants)

    with pytest.raises(ValueError, match="signed in"):
        calls.raise_call_up(actor=nobody, form=draft(), request_key=uuid4(), at=NOW)
    assert CallUp.objects.count() == 0


def test_a_draft_that_fails_half_way_leaves_nothing_behind(world: World) -> None:
    with refused("need_unknown"):
        raised(world.actor("worker"), draft(need_codes=("ZZZZ2222",), unit_ids=(world.unit.pk,)))


def test_the_same_key_again_sends_nothing_again(world: World) -> None:
    key, worker = uuid4(), world.actor("worker")
    form = draft(unit_ids=(world.unit.pk,), asks_volunteers=True)
    calls.raise_call_up(actor=worker, form=form, request_key=key, at=NOW)
    before = rows()

    calls.raise_call_up(actor=worker, form=draft(9), request_key=key, at=NOW + MINUTE)

    assert rows() == before


def test_the_trail_says_how_large_the_call_up_is_and_names_nobody(world: World) -> None:
    raised(world.actor("worker"), draft(4, unit_ids=(world.unit.pk,)))

    entry = Entry.objects.get(verb="callups.call_up.raised")

    assert entry.detail == {"seats": 4, "units": 1, "mode": "emergency", "level": 3}
    assert (entry.division_code, entry.at) == (HERE, NOW)


def few(world: World, count: int) -> None:
    VolunteerProfile.objects.update(state="paused")
    for number in range(count):
        world.volunteer(number)


@pytest.mark.parametrize(
    ("before_reply", "reply_by"),
    [
        pytest.param(11 * MINUTE, START - 2 * HOUR, id="in time"),
        pytest.param(10 * MINUTE, START - 2 * HOUR, id="ten minutes before: ten minutes from now"),
        pytest.param(-5 * MINUTE, START - 2 * HOUR + 15 * MINUTE, id="after: ten minutes from now"),
        pytest.param(-(8 * HOUR - 5 * MINUTE), START + 6 * HOUR, id="just before the end: until the end"),
    ],
)
def test_who_is_asked_late_has_ten_minutes_and_never_beyond_the_end(
    world: World, before_reply: timedelta, reply_by: datetime
) -> None:
    few(world, 1)
    call_up = raised(world.actor("worker"))

    waves.ask_more(call_up, actor=SYSTEM, headcount=1, at=call_up.reply_by - before_reply)

    assert Offer.objects.get().reply_by == reply_by


@pytest.mark.parametrize(("cap", "headcount", "asked"), [(5, 3, 3), (3, 3, 3), (2, 3, 2), (0, 3, 0)])
def test_a_wave_ends_at_the_cap(world: World, cap: int, headcount: int, asked: int) -> None:
    few(world, 6)
    call_up = raised(world.actor("worker"), draft(6, ask_cap=cap))

    wave = waves.ask_more(call_up, actor=SYSTEM, headcount=headcount, at=NOW)

    assert (wave.asked, Offer.objects.count()) == (asked, asked)


@pytest.mark.parametrize(
    "why",
    ["halted", "over", "full", "capped"],
)
def test_nothing_is_topped_up_where_nobody_may_be_asked(world: World, why: str) -> None:
    few(world, 3)
    call_up = raised(world.actor("worker"), draft(1, ask_cap=0 if why == "capped" else 5))
    if why == "halted":
        calls.halt(call_up, actor=world.actor("worker"), at=NOW)
    if why == "full":
        Slot.objects.update(taken=1)
    call_up.refresh_from_db()

    assert waves.top_up(call_up, at=call_up.ends_at if why == "over" else NOW) is None
    assert (Offer.objects.count(), Entry.objects.filter(verb="callups.wave.sent").count()) == (0, 0)


def test_a_wave_that_finds_nobody_is_a_wave_all_the_same(world: World) -> None:
    few(world, 0)
    call_up = raised(world.actor("worker"))

    wave = waves.ask_more(call_up, actor=SYSTEM, at=NOW)

    assert (wave.number, wave.asked, wave.expected) == (1, 0, 0)
    assert Entry.objects.get(verb="callups.wave.sent").detail == {"wave": 1, "asked": 0, "expected": 0}
