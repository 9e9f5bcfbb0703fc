"""Why seats stay empty, what one more would cost, and what is known of a plan: on its page, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from muster.callups.models import CallUp, DispatchRun
from muster.callups.queries import plan_words
from muster.callups.queries.dispatch_latest import shortage_of
from muster.callups.queries.words import certificate
from muster.callups.rules.drafts import SeatsDraft
from muster.kernel.dispatch import EmptyCode
from tests.callups.dispatching import (
    call_tomorrow,
    desk,
    grid_worker,
    plan_of,
    text,
    tomorrow,
    url,
)
from tests.callups.drafting import draft, post, raised, shift
from tests.world import HERE, NEXT_DOOR, TOWNSHIP, World

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
POSTS = {1: "北门", 2: "南门", 3: "东门", 4: "西门", 5: "小门"}


def empty(code: EmptyCode, **figures: Any) -> dict[str, Any]:
    standard = {"slot": 1, "excluded": [], "higher": [], "qualified": 0, "ring_people": 0, "ring_seats": 0}
    return {**standard, "code": code.value, **figures}


def said(line: dict[str, Any], ring: tuple[int, ...] = (1,)) -> tuple[list[str], list[str]]:
    with translation.override("en"):
        english = certificate(line, ring, POSTS)
    with translation.override("zh-hans"):
        return english, certificate(line, ring, POSTS)


@pytest.mark.parametrize(
    ("line", "ring", "english"),
    [
        pytest.param(
            empty(EmptyCode.FEWER_QUALIFIED_THAN_SEATS, ring_people=1234, ring_seats=1640),
            (1, 2),
            [
                "1,234 people can stand here and at the places around, and 1,640 are needed there.",
                "The same people are wanted at: 南门.",
            ],
            id="people for seats, with the posts of the patch",
        ),
        pytest.param(
            empty(EmptyCode.FEWER_QUALIFIED_THAN_SEATS, ring_people=2, ring_seats=9),
            (1, 2, 3, 4, 5),
            [
                "2 people can stand here and at the places around, and 9 are needed there.",
                "The same people are wanted at: 南门, 东门, 西门 and 1 more post.",
            ],
            id="a large patch",
        ),
        pytest.param(
            empty(
                EmptyCode.FEWER_QUALIFIED_THAN_SEATS,
                ring_people=2,
                ring_seats=3,
                excluded=[["not_insured", 3], ["too_young", 1]],
            ),
            (1,),
            [
                "2 people can stand here and at the places around, and 3 are needed there.",
                "Not counted, because a rule keeps them out: 3 not insured, 1 not old enough.",
            ],
            id="with those whom a rule keeps out",
        ),
        pytest.param(
            empty(EmptyCode.FEWER_QUALIFIED_THAN_SEATS, ring_people=3, ring_seats=7, asked=7, seats=6),
            (1,),
            [
                "Only 3 people can stand here, and 7 are needed.",
                "2 of them go to other posts in this plan.",
            ],
            id="too few for the one post, and some of them go elsewhere",
        ),
        pytest.param(
            empty(EmptyCode.FEWER_QUALIFIED_THAN_SEATS, ring_people=1, ring_seats=2, asked=2, seats=1),
            (1,),
            ["Only 1 person can stand here, and 2 are needed."],
            id="too few for the one post, and they stand there",
        ),
        pytest.param(
            empty(EmptyCode.TAKEN_BY_HIGHER_WEIGHT, higher=[[2, 4]]),
            (1, 2),
            [
                "The people who could stand here are needed more urgently: 南门.",
                "The same people are wanted at: 南门.",
            ],
            id="taken by a post of higher priority",
        ),
        pytest.param(
            empty(EmptyCode.NOBODY_IN_REACH, radius_km=12.0, nearest_km=14.21),
            (),
            ["Nobody who could stand here lives within 12 km; the nearest is 14.2 km away."],
            id="nobody in reach",
        ),
        pytest.param(
            empty(EmptyCode.NOBODY_QUALIFIED, excluded=[["skill_missing", 7]]),
            (),
            ["Nobody can take this seat: 7 without the skill."],
            id="kept out by rules, said once",
        ),
        pytest.param(
            empty(EmptyCode.COULD_BE_FILLED, qualified=1200),
            (1, 2),
            ["1,200 people could stand here; the plan can be made again."],
            id="could be filled",
        ),
    ],
)
def test_a_certificate_says_what_is_true_and_what_proves_it(
    line: dict[str, Any], ring: tuple[int, ...], english: list[str]
) -> None:
    in_english, in_chinese = said(line, ring)

    assert in_english == english
    assert len(in_chinese) == len(english)
    assert all(re.search("[\u4e00-\u9fff]", words) and "%(" not in words for words in in_chinese)


@pytest.mark.parametrize("code", list(EmptyCode))
def test_a_post_that_was_cleared_away_is_not_named(code: EmptyCode) -> None:
    english, chinese = said(empty(code, higher=[[77, 1]]), (1, 77))

    assert "77" not in " ".join([*english, *chinese])


@pytest.mark.parametrize(
    ("km", "english", "chinese"),
    [
        (3.44, "One more seat here would cost 3.4 km more of ways.", "这里再加 1 个位子，要多走 3.4 公里。"),
        (
            None,
            "One more seat here could only be filled by emptying another.",
            "这里再加 1 个位子，只能从别处抽人。",
        ),
    ],
)
def test_what_one_more_seat_would_cost(km: float | None, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert plan_words.price_of(km) == english
    with translation.override("zh-hans"):
        assert plan_words.price_of(km) == chinese


@pytest.mark.parametrize(
    ("facts", "english", "chinese"),
    [
        ({"status": "proven", "gap": 0.0}, "proven the best", "已证明最优"),
        ({"status": "unproven", "gap": 0.0151}, "at most 1.51 % from the best", "离最优最多差 1.51 %"),
        ({"status": "unproven", "gap": None}, "not proven", "没有证明最优"),
    ],
)
def test_how_good_a_plan_is_in_a_few_words(facts: dict[str, Any], english: str, chinese: str) -> None:
    with translation.override("en"):
        assert plan_words.grade(DispatchRun(**facts)) == english
    with translation.override("zh-hans"):
        assert plan_words.grade(DispatchRun(**facts)) == chinese


@pytest.mark.req("R1.5")
def test_the_page_names_the_posts_that_compete_and_the_price_of_one_more(world: World, desk: Client) -> None:
    start = tomorrow()
    posts = [
        post(name, shift(SeatsDraft("general", seats), start=start))
        for name, seats in (("北门", 1), ("南门", 2))
    ]
    raised(
        world.actor("worker"),
        draft(3, posts=tuple(posts), reply_by=timezone.now() + timedelta(hours=4)),
        at=timezone.now(),
    )
    grid_worker(1), grid_worker(2)
    run = plan_of(desk)

    page = desk.get(url("detail", run))

    (missing,) = page.context["empty"]
    assert missing.why.startswith("2 people can stand here and at the places around, and 3 are needed")
    other = {"北门": "南门", "南门": "北门"}[missing.post]
    assert missing.proof == [f"The same people are wanted at: {other}."]
    (full,) = page.context["full"]
    assert (full.post, full.price) == (
        other,
        "One more seat here could only be filled by emptying another.",
    )
    assert missing.proof[0] in text(page)


def test_where_somebody_is_left_one_more_seat_has_its_price(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1)
    grid_worker(1), grid_worker(2)
    run = plan_of(desk)

    page = desk.get(url("detail", run))

    (full,) = page.context["full"]
    assert re.fullmatch(r"One more seat here would cost \d+\.\d km more of ways\.", full.price)
    assert full.price in text(page)


def test_a_seat_with_a_skill_says_which(world: World, desk: Client) -> None:
    seats = shift(SeatsDraft("skilled", 1, "nursing"), start=tomorrow())
    raised(
        world.actor("worker"),
        draft(1, posts=(post("北门", seats),), reply_by=timezone.now() + timedelta(hours=4)),
        at=timezone.now(),
    )
    grid_worker(1)

    page = desk.get(url("detail", plan_of(desk)))

    (missing,) = page.context["empty"]
    assert re.fullmatch(r"北门 \(.+\)", missing.post)
    assert "08:00–14:00" in missing.when


def test_what_is_known_of_the_plan_stands_beside_it(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1)
    grid_worker(1)
    run = plan_of(desk)

    before = text(desk.get(url("detail", run)))
    desk.post(url("confirm", run))
    after = text(desk.get(url("detail", run)))

    for words in ("Result proven the best", "Considered 1 people, 1 seats", f"Number {run.code}"):
        assert words in before
    assert f"Fingerprint of the facts {run.input_digest[:16]}" in before
    assert "Confirmed not yet" in before
    assert re.search(r"Planned 罗建国 · today \d\d:\d\d Confirmed 罗建国 · today \d\d:\d\d", after)


def failed(world: World, **facts: Any) -> DispatchRun:
    standard = {
        "division_code": TOWNSHIP,
        "state": "failed",
        "failure": "x",
        "created_at": timezone.now(),
        "created_by": world.account("township_overseer"),
        "created_by_label": "x",
    }
    return DispatchRun.objects.create(**{**standard, **facts})


@pytest.mark.parametrize("is_drill", [False, True])
def test_a_plan_that_failed_carries_the_button_for_a_new_one(
    world: World, desk: Client, is_drill: bool
) -> None:
    call_tomorrow(world, NEXT_DOOR, 1, is_drill=is_drill)
    grid_worker(1)
    page = desk.get(url("detail", failed(world, is_drill=is_drill))).content.decode()

    place = re.search(r'name="place" value="(\d+)"', page)
    drill = re.search(r'name="drill" value="(\d+)"', page)
    assert place is not None
    sent = {"drill": drill[1]} if drill else {}
    run = plan_of(desk, int(place[1]), **sent)

    assert "Make a new plan" in page
    assert (run.state, run.is_drill, run.division_code) == ("ready", is_drill, TOWNSHIP)


def test_one_call_up_and_an_adjustment_are_begun_anew_as_what_they_were(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 1)
    base = failed(world, state="ready", status="proven", input_digest="x", seconds=1, failure="")

    single = desk.get(url("detail", failed(world, call_up=here, division_code=HERE)))
    adjusting = desk.get(url("detail", failed(world, adjusts=base)))

    assert f'action="/desk/callups/{here.code}/dispatch/"' in single.content.decode()
    assert f'action="{url("adjust", base)}"' in adjusting.content.decode()


@pytest.mark.parametrize(("minutes", "has_failed"), [(9, False), (10, True)])
def test_a_plan_that_never_came_is_given_up_in_words(
    world: World, desk: Client, minutes: int, has_failed: bool
) -> None:
    since = timezone.now() - timedelta(minutes=minutes, seconds=1)
    run = failed(world, state="planning", failure="", created_at=since)

    page = desk.get(url("detail", run))

    assert ("It took far longer than it should" in text(page)) is has_failed
    assert ("data-live=" in page.content.decode()) is not has_failed


def short_of_two(world: World, desk: Client) -> tuple[CallUp, DispatchRun]:
    """A call-up of three seats for which one person is there, planned by the township."""
    here = call_tomorrow(world, HERE, 3)
    grid_worker(1)
    return here, plan_of(desk)


def page_of(here: CallUp, client: Client) -> HttpResponse:
    found: HttpResponse = client.get(reverse("callups:desk-callup-detail", args=[here.code]))  # type: ignore[assignment]  # the client's own class
    return found


@pytest.mark.req("R1.5")
def test_the_page_of_the_call_up_says_why_its_seats_stay_empty(world: World, desk: Client) -> None:
    here, run = short_of_two(world, desk)
    worker = world.client_for("worker")
    worker.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    page = page_of(here, worker)

    assert "Why seats stay empty" in text(page)
    assert "北门 2 empty Only 1 person can stand here, and 3 are needed." in text(page)
    assert url("detail", run) in page.content.decode()


def test_who_may_not_dispatch_reads_no_plan_on_the_page_of_the_call_up(world: World, desk: Client) -> None:
    here, _run = short_of_two(world, desk)
    county = world.client_for("county_overseer")
    county.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    assert "Why seats stay empty" not in text(page_of(here, county))


@pytest.mark.parametrize(
    ("hours", "taken", "is_shown"),
    [(0, 0, True), (11, 0, True), (13, 0, False), (0, 3, False)],
    ids=["fresh", "of this morning", "too old", "filled since"],
)
def test_only_what_is_still_true_stands_there(
    world: World, desk: Client, hours: int, taken: int, is_shown: bool
) -> None:
    here, run = short_of_two(world, desk)
    here.slots.update(taken=taken)
    made = timezone.now() - timedelta(hours=hours)
    DispatchRun.objects.filter(pk=run.pk).update(created_at=made)

    assert ("Why seats stay empty" in text(page_of(here, desk))) is is_shown


def test_the_newest_plan_counts_and_one_that_failed_does_not(world: World, desk: Client) -> None:
    here, _first = short_of_two(world, desk)
    newest = plan_of(desk)
    failed(world)

    found = shortage_of(here, timezone.now())

    assert found is not None
    assert found.run_code == newest.code


def test_the_first_call_up_shown_is_one_with_work_to_do_and_a_gap(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1)
    there = call_tomorrow(world, NEXT_DOOR, 3)
    grid_worker(1), grid_worker(2, NEXT_DOOR)

    page = desk.get(url("detail", plan_of(desk)))

    assert page.context["current"].call_up == there
