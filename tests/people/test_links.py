"""Signed links open one thing, for one purpose, until one moment."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from muster.people import links
from muster.toolkit.refusal import Refused

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
END = NOW + timedelta(hours=2)


def refusal_of(purpose: str, token: str, at: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        links.read(purpose, token, at)
    return caught.value.code


def test_link_opens_its_subject_until_it_ends() -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    assert links.read("offer", token, NOW) == "K7M2QD3A"
    assert links.read("offer", token, END - timedelta(seconds=1)) == "K7M2QD3A"
    assert refusal_of("offer", token, END) == "link_expired"


def test_link_of_one_purpose_opens_nothing_else() -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    assert refusal_of("sign_in", token) == "link_forged"


def test_link_changed_in_any_one_character_is_refused() -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    for place, letter in enumerate(token):
        changed = token[:place] + ("B" if letter == "A" else "A") + token[place + 1 :]
        assert refusal_of("offer", changed) == "link_forged", place


@pytest.mark.parametrize("token", ["", "K7M2QD3A", "-" * 28, "-" * 28 + "K7M2QD3A", "é" * 40, "=" * 36])
def test_link_that_is_no_token_is_refused(token: str) -> None:
    assert refusal_of("offer", token) == "link_forged"


def test_link_cut_short_by_a_chat_program_is_refused() -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    assert refusal_of("offer", token[:-1]) == "link_forged"


def test_link_is_short_and_needs_no_quoting() -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    assert len(token) == 36
    assert token[-1].isalnum()


def test_link_is_bound_to_the_key_of_the_copy(settings: Settings) -> None:
    token = links.make("offer", "K7M2QD3A", expires_at=END)

    settings.LINK_KEY = "another key"

    assert refusal_of("offer", token) == "link_forged"


def test_link_is_not_made_for_a_subject_that_is_no_code() -> None:
    with pytest.raises(ValueError, match="Not a code"):
        links.make("offer", "../etc", expires_at=END)
