"""What a person may do without, and what reaches everybody whatever they said."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from muster.notifications.actions import messages
from muster.notifications.actions.messages import Draft
from muster.notifications.models import Message, Preference

pytestmark = pytest.mark.django_db


def draft(key: str, topic: str = "remind", person_id: int | None = 70, channel: str | None = None) -> Draft:
    return Draft(key, topic, person_id, "+8613812341234", "集结", channel=channel)


def kept() -> list[str]:
    return list(Message.objects.order_by("send_key").values_list("send_key", flat=True))


def test_what_somebody_does_without_is_not_written_and_everything_else_is() -> None:
    messages.do_without(70, ["remind"])

    written = messages.post(
        [
            draft("a"),
            draft("b", "thanked"),
            draft("c", "offer"),
            draft("d", person_id=71),
            draft("e", person_id=None),
        ]
    )

    assert (written, kept()) == (4, ["b", "c", "d", "e"])


def test_one_channel_for_all_does_not_bring_it_back_and_a_named_channel_is_no_reminder() -> None:
    messages.do_without(70, ["remind"])
    messages.prefer(70, "sms")

    messages.post([draft("a"), draft("b", channel="file")])

    assert kept() == ["b"]


def test_what_is_wanted_again_comes_again() -> None:
    messages.do_without(70, ["remind", "thanked"])
    messages.do_without(70, ["thanked"])

    messages.post([draft("a"), draft("b", "thanked")])

    assert kept() == ["a"]
    assert list(Preference.objects.values_list("topic", "channel")) == [("thanked", "")]


def test_doing_without_is_of_one_person_and_leaves_the_channels_alone() -> None:
    messages.prefer(70, "sms", topic="offer")
    messages.do_without(71, ["remind"])
    messages.do_without(70, [])

    messages.post([draft("a"), draft("b", person_id=71)])

    assert kept() == ["a"]
    assert Preference.objects.get(person_id=70).channel == "sms"


@pytest.mark.parametrize("topic", ["offer", "stood_down", "ordered", "sign_in_code", "", "weather"])
def test_nobody_can_do_without_what_everybody_must_hear(topic: str) -> None:
    with pytest.raises(ValueError, match="valid OptionalTopic"):
        messages.do_without(70, [topic])
    with pytest.raises(IntegrityError, match="preference_silences_what_is_optional"), transaction.atomic():
        Preference.objects.create(person_id=70, topic=topic, channel="")


def test_a_telling_that_was_left_out_is_told_once_it_is_wanted() -> None:
    messages.do_without(70, ["remind"])
    assert messages.post([draft("a")]) == 0
    messages.do_without(70, [])

    assert [messages.post([draft("a")]) for _time in range(2)] == [1, 0]


def test_nothing_is_left_of_somebody_whose_wishes_are_forgotten() -> None:
    messages.prefer(70, "sms")
    messages.prefer(70, "email", topic="offer")
    messages.do_without(70, ["thanked"])
    messages.do_without(71, ["thanked"])

    messages.forget_preferences(70)

    assert list(Preference.objects.values_list("person_id", flat=True)) == [71]
