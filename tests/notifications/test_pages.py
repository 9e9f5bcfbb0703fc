"""What the desk sees of messages that did not arrive."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from muster.jobs import queue
from muster.notifications.actions import messages
from muster.notifications.actions.messages import Draft
from muster.notifications.models import Message
from muster.notifications.rules import failure_words
from tests.world import EVERYBODY, HERE, World, shut

pytestmark = pytest.mark.django_db
ABOUT = "/desk/messages/about/call_up/K7M2QD3A/"
MAY = {"worker", "township_overseer"}


@pytest.fixture(autouse=True)
def failed(settings: LazySettings, tmp_path: Any) -> list[Message]:
    settings.VAR_DIR = tmp_path
    return post(2)


def post(count: int, first: int = 0) -> list[Message]:
    keys = [f"k{number}" for number in range(first, first + count)]
    messages.post(
        [
            Draft(
                send_key=key,
                topic="offer",
                person_id=1,
                address="+8613812341234",
                title="社区请你帮忙",
                body="来吗？ http://127.0.0.1/my/o/secret",
                subject_kind="call_up",
                subject_code="K7M2QD3A",
                division_code=HERE,
            )
            for key in keys
        ]
    )
    Message.objects.filter(send_key__in=keys).update(state="failed", attempts=6, error="http_422")
    return list(Message.objects.filter(send_key__in=keys).order_by("pk"))


@pytest.mark.parametrize("name", EVERYBODY)
def test_failed_messages_are_for_whoever_runs_the_place(world: World, name: str) -> None:
    assert world.client_for(name).get(ABOUT).status_code == (200 if name in MAY else shut(name))


@pytest.mark.parametrize("name", EVERYBODY)
def test_resend_is_for_whoever_runs_the_place(world: World, failed: list[Message], name: str) -> None:
    answer = world.client_for(name).post(f"/desk/messages/{failed[0].code}/resend/")

    assert answer.status_code == (302 if name in MAY else 404)
    failed[0].refresh_from_db()
    assert failed[0].state == ("queued" if name in MAY else "failed")


def test_list_masks_the_number_and_keeps_the_link_to_itself(world: World) -> None:
    page = world.client_for("worker").get(ABOUT).content.decode()

    assert page.count("138****1234") == 2
    assert "13812341234" not in page
    assert "/my/o/secret" not in page
    assert "http_422" in page


def test_fragment_is_the_list_alone(world: World) -> None:
    answer = world.client_for("worker").get(ABOUT, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert 'id="failed-messages"' in page
    assert "<html" not in page
    assert "HX-Request" in answer["Vary"]


def test_resend_answers_with_the_row_and_sends_once(world: World, failed: list[Message]) -> None:
    client = world.client_for("worker")
    url = f"/desk/messages/{failed[0].code}/resend/"

    first = client.post(url, headers={"HX-Request": "true"})
    second = client.post(url, headers={"HX-Request": "true"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert f'id="message-{failed[0].code}"' in first.content.decode()
    assert "重发" not in first.content.decode()
    assert queue.drain() > 0
    failed[0].refresh_from_db()
    assert (failed[0].state, failed[0].attempts) == ("sent", 1)


def test_resend_without_a_script_leads_back_to_the_list(world: World, failed: list[Message]) -> None:
    answer = world.client_for("worker").post(f"/desk/messages/{failed[0].code}/resend/")

    assert answer["Location"] == ABOUT
    assert world.client_for("worker").get(f"/desk/messages/{failed[0].code}/resend/").status_code == 405


def test_list_costs_the_same_with_one_row_and_with_three(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = world.client_for("worker")
    client.get(ABOUT)
    with django_assert_max_num_queries(100) as two:
        client.get(ABOUT)
    post(3, first=10)

    with django_assert_max_num_queries(100) as five:
        client.get(ABOUT)

    assert len(two) == len(five) <= 14


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("", ""),
        ("made_up_recipient", "an invented person, whom nobody really tells (made_up_recipient)"),
        ("sms_url_not_set", "no text message service is set up (sms_url_not_set)"),
        ("http_422", "the service refused it (http_422)"),
        ("smtp_550", "the service refused it (smtp_550)"),
        ("http_503", "the service did not answer (http_503)"),
        ("smtp_451", "the service did not answer (smtp_451)"),
        ("ConnectTimeout", "the service did not answer (ConnectTimeout)"),
    ],
)
def test_why_a_message_failed_is_said_in_words_with_its_code_at_the_end(error: str, said: str) -> None:
    with translation.override("en"):
        assert failure_words(error) == said
