"""The door for the provider: signed, in time, each message once, and an answer that tells nobody anything."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.models import Offer, TextReply
from muster.notifications.channels import sms_replies
from muster.toolkit.refusal import Refused
from tests.callups.drafting import draft, offer_to, post, raised, shift
from tests.callups.texting import handed_in, signed, without_smartphone
from tests.world import World

FACTS = {"id": "p-1", "from": "13377770000", "text": "1"}
KEY = "a key of the provider"


def at_the_door(*, minutes: float = 0, **changes: str) -> str:
    """ "" when the message is let in, else the code of the refusal; the clock of the provider is so many minutes off."""
    now = timezone.now()
    body = json.dumps(FACTS).encode()
    stamp = str(int((now + timedelta(minutes=minutes)).timestamp()))
    facts = {"stamp": stamp, "signed": signed(body, stamp=stamp, key=KEY)["X-Muster-Signature"], "key": KEY}
    try:
        sms_replies.opened(body, at=now, **{**facts, **changes})
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(0, ""), (4.9, ""), (-4.9, ""), (5.2, "reply_stale"), (-5.2, "reply_stale"), (-60, "reply_stale")],
)
def test_five_minutes_either_way_are_in_time(minutes: float, code: str) -> None:
    assert at_the_door(minutes=minutes) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "another key"},
        {"key": ""},
        {"signed": ""},
        {"signed": "ü" * 64},
        {"signed": "0" * 64},
        {"stamp": "1"},
        {"stamp": ""},
    ],
)
def test_what_was_not_signed_so_is_refused(changes: dict[str, str]) -> None:
    assert at_the_door(**changes) == "reply_unsigned"


@given(st.text(max_size=20))
def test_no_time_that_is_none_is_let_in_or_breaks(stamp: str) -> None:
    body = b"{}"
    mark = signed(body, stamp=stamp or "x", key=KEY)["X-Muster-Signature"]

    with pytest.raises(Refused) as refused:
        sms_replies.opened(body, stamp=stamp or "x", signed=mark, key=KEY, at=timezone.now())
    assert refused.value.code == "reply_stale"


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_whatever_is_signed_and_no_message_is_refused_and_breaks_nothing(facts: object) -> None:
    body = json.dumps(facts).encode()
    stamp = str(int(timezone.now().timestamp()))
    mark = signed(body, stamp=stamp, key=KEY)["X-Muster-Signature"]

    with pytest.raises(Refused) as refused:
        sms_replies.opened(body, stamp=stamp, signed=mark, key=KEY, at=timezone.now())
    assert refused.value.code == "reply_malformed"


@pytest.mark.django_db
class TestOverHttp:
    def test_a_reply_is_taken_and_the_provider_hears_nothing_of_it(
        self, world: World, client: Client
    ) -> None:
        person = without_smartphone(world)
        start = timezone.now() + timedelta(days=1)
        form = draft(
            1, posts=(post("北门", shift(*draft(1).posts[0].shifts[0].seats, start=start)),), reply_by=start
        )
        offer_to(raised(world.actor("worker"), form, at=timezone.now()), person, asked_at=timezone.now())

        known = handed_in(client, {"id": "p-1", "from": person.phone, "text": "2"})
        stranger = handed_in(client, {"id": "p-2", "from": "+8613377770000", "text": "2"})

        assert Offer.objects.get().state == "declined"
        assert [known.status_code, stranger.status_code] == [204, 204]
        assert (known.content, dict(known.headers)) == (stranger.content, dict(stranger.headers))

    def test_the_same_message_twice_is_one_row_and_the_same_answer(
        self, world: World, client: Client
    ) -> None:
        assert [handed_in(client, FACTS).status_code for _time in range(3)] == [204] * 3
        assert TextReply.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "how", "status"),
        [
            (FACTS, {"key": "not the key of this copy"}, 403),
            (FACTS, {"stamp": "1700000000"}, 403),
            (b"not json", {}, 400),
            (b"\xff\xfe", {}, 400),
            ({"id": "p-1", "from": "1"}, {}, 400),
            ({**FACTS, "id": ""}, {}, 400),
            ({**FACTS, "id": "x" * 81}, {}, 400),
            ({**FACTS, "id": "a\0b"}, {}, 400),
            ({**FACTS, "text": 1}, {}, 400),
            ({**FACTS, "text": "1" * 5000}, {}, 403),
        ],
    )
    def test_everything_else_does_nothing(
        self, client: Client, db: None, facts: object, how: dict[str, str], status: int
    ) -> None:
        assert handed_in(client, facts, **how).status_code == status
        assert TextReply.objects.count() == 0

    def test_without_a_key_the_door_is_not_there(
        self, client: Client, settings: pytest.FixtureRequest
    ) -> None:
        response = handed_in(client, FACTS)
        settings.SMS_REPLY_KEY = ""

        assert (response.status_code, handed_in(client, FACTS, key="x").status_code) == (204, 404)

    def test_no_page_of_another_site_needs_a_token_here_and_nothing_can_be_read(self, db: None) -> None:
        strict = Client(enforce_csrf_checks=True)

        assert handed_in(strict, FACTS).status_code == 204
        assert strict.get("/texts/").status_code == 405
