"""One form raises one call-up, whatever the browser or the thumb does with it; two alike are two only when that is meant."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from muster.audit.models import Entry
from muster.callups.actions import calls
from muster.callups.actions.templates import load_templates
from muster.callups.models import CallUp
from muster.callups.queries.raising import TWIN_WITHIN, twin_of
from muster.callups.rules.drafts import SeatsDraft
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.raising_form import NEW, filled_form
from tests.callups.refusals import refused
from tests.world import World

pytestmark = pytest.mark.django_db
ALREADY = {
    "zh-hans": "这张表已经发出过，这就是发出的那次召集。要再发一次，请新开一张表。",
    "en": "This form was sent already: here is its call-up. For another, open a new form.",
}


@pytest.fixture
def desk(world: World) -> Client:
    load_templates()
    return world.client_for("worker")


def detail_of(call_up: CallUp) -> str:
    return f"/desk/callups/{call_up.code}/"


def test_every_view_of_the_page_is_a_form_of_its_own(desk: Client) -> None:
    addresses = [desk.get(NEW).headers["Location"] for _view in range(2)]

    keys = [UUID(address.removeprefix(f"{NEW}?form=")) for address in addresses]
    assert keys[0] != keys[1]
    assert [desk.get(address).context["form"]["request_key"].value() for address in addresses] == list(
        map(str, keys)
    )


@pytest.mark.parametrize("given", ["", "x", "0", "7b0c-not-a-key"])
def test_an_address_without_a_key_is_given_one_and_keeps_what_was_chosen(desk: Client, given: str) -> None:
    response = desk.get(NEW, {"template": "gate", "community": "510107001001", "form": given})

    address, _, key = response.headers["Location"].partition("&form=")
    assert (response.status_code, address) == (302, f"{NEW}?template=gate&community=510107001001")
    assert str(UUID(key)) == key


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_the_history_leads_to_the_call_up_that_it_raised(desk: Client, language: str) -> None:
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    address = desk.get(NEW).headers["Location"]
    first = desk.post(NEW, filled_form(desk, request_key=address.partition("form=")[2]))

    again = desk.get(address).context["form"]
    second = desk.post(NEW, filled_form(desk, request_key=str(again["request_key"].value())))
    shown = desk.get(second.headers["Location"])

    assert second.headers["Location"] == first.headers["Location"] == detail_of(CallUp.objects.get())
    assert ALREADY[language] in shown.content.decode()
    assert Entry.objects.filter(verb="callups.call_up.raised").count() == 1


@pytest.mark.parametrize(
    "changes", [{"start_time": "half past"}, {"seats_center": "9"}, {"title": "另一件事"}, {"another": "on"}]
)
def test_a_form_that_was_sent_raises_nothing_more_whatever_is_written_into_it(
    desk: Client, changes: dict[str, str]
) -> None:
    sent = filled_form(desk)
    desk.post(NEW, sent)

    response = desk.post(NEW, {**sent, **changes})

    assert response.headers["Location"] == detail_of(CallUp.objects.get())


def test_the_form_of_somebody_else_tells_nothing(world: World, desk: Client) -> None:
    sent = filled_form(desk)
    desk.post(NEW, sent)

    response = world.client_for("township_overseer").post(NEW, {**sent, "another": "on"})

    assert response.status_code == 422
    assert CallUp.objects.get().code not in response.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_new_form_for_the_same_posts_and_hours_asks_first(desk: Client, language: str) -> None:
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    desk.post(NEW, filled_form(desk))
    first = CallUp.objects.get()

    response = desk.post(NEW, filled_form(desk))

    shown = response.content.decode()
    assert response.status_code == 422
    assert CallUp.objects.count() == 1
    assert f'href="{detail_of(first)}"' in shown
    assert {"zh-hans": "确实要再发一次", "en": "Another one is meant"}[language] in shown


def test_two_are_raised_when_two_are_meant(desk: Client) -> None:
    desk.post(NEW, filled_form(desk))
    asked = filled_form(desk)
    desk.post(NEW, asked)

    meant = desk.post(NEW, {**asked, "another": "on"})

    newest = CallUp.objects.order_by("-pk")[0]
    assert CallUp.objects.count() == 2
    assert meant.headers["Location"] == detail_of(newest)


def test_drills_may_be_alike(desk: Client) -> None:
    for _time in range(2):
        desk.post(NEW, filled_form(desk, is_drill="on"))

    assert CallUp.objects.count() == 2


def test_the_refusal_names_the_call_up_that_is_out(world: World) -> None:
    worker = world.actor("worker")
    out = raised(worker)

    with refused("raised_just_now") as no:
        calls.raise_call_up(
            actor=worker, form=draft(9), request_key=uuid4(), asks_of_twin=True, at=NOW + timedelta(minutes=2)
        )

    assert no.value.detail == {"twin": out.code}
    assert "12:00" in no.value.message


def test_only_the_same_work_at_the_same_posts_and_hours_is_alike(world: World) -> None:
    out = raised(world.actor("worker"))
    general = SeatsDraft("general", 3)
    late = post("北门", shift(general, start=START + timedelta(hours=1)))
    both = (post("北门", shift(general)), post("南门", shift(general)))

    alike = {
        "more seats": twin_of(draft(7), NOW),
        "other words": twin_of(draft(title="加急", purpose="换一种说法"), NOW),
        "other work": twin_of(draft(task_kind="delivery"), NOW),
        "another gate": twin_of(draft(posts=(post("南门", shift(general)),)), NOW),
        "one gate more": twin_of(draft(posts=both), NOW),
        "other hours": twin_of(draft(posts=(late,)), NOW),
        "next door": twin_of(draft(division_code=world.next_door), NOW),
        "a drill": twin_of(draft(is_drill=True), NOW),
    }

    assert {what for what, twin in alike.items() if twin == out} == {"more seats", "other words"}
    assert {what for what, twin in alike.items() if twin is None} == alike.keys() - {
        "more seats",
        "other words",
    }


def test_a_call_up_is_alike_while_it_runs_and_for_some_minutes(world: World) -> None:
    worker = world.actor("worker")
    out = raised(worker)

    within = twin_of(draft(), NOW + TWIN_WITHIN - timedelta(seconds=1))
    after = twin_of(draft(), NOW + TWIN_WITHIN)
    calls.stand_down(out, reason="雨停了", actor=worker, at=NOW)

    assert (within, after, twin_of(draft(), NOW)) == (out, None, None)
