"""Rows written in bulk are the rows that one save for each would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from muster.notifications.actions.messages import COLUMNS
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.toolkit import bulk
from tests.world import HERE

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 12, 2, 4, 0, 0, 123456, tzinfo=UTC)


def row(number: int, **facts: object) -> tuple[Any, ...]:
    standard: dict[str, object] = {
        "code": f"{number:08d}",
        "send_key": f"key:{number}",
        "topic": "offer",
        "subject_kind": "call_up",
        "subject_code": "K7M2QD3A",
        "person_id": 10**12 + number,
        "division_code": None,
        "channel": "file",
        "address": f"+86139{number:08d}",
        "title": "标题",
        "body": "能来吗？",
        "state": "queued",
        "attempts": 0,
        "error": "",
        "is_drill": True,
        "is_synthetic": False,
        "created_at": MOMENT,
        "next_try_at": MOMENT + timedelta(minutes=1),
    }
    return tuple({**standard, **facts}[name] for name in COLUMNS)


def values(message: Message) -> tuple[Any, ...]:
    return tuple(getattr(message, name) for name in COLUMNS)


def test_every_value_comes_back_as_it_was_given() -> None:
    rows = [row(1), row(2, title='O\'Neil \\ "引号"\n%s', body="{{ }} %(x)s; --", address="")]

    keys = bulk.insert(Message, COLUMNS, rows)

    assert [values(message) for message in Message.objects.order_by("pk")] == rows
    assert keys == list(Message.objects.order_by("pk").values_list("pk", flat=True))


def test_what_is_not_given_is_null() -> None:
    bulk.insert(Message, COLUMNS, [row(1)])

    assert (Message.objects.get().claimed_at, Message.objects.get().sent_at) == (None, None)


def test_sealed_fields_are_sealed_in_the_database_and_empty_ones_stay_empty() -> None:
    bulk.insert(Message, COLUMNS, [row(1), row(2, address="")])

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, body FROM notifications_message ORDER BY id")
        (first, body), (second, _body) = cursor.fetchall()

    assert first.startswith("1.")
    assert "139" not in first
    assert "能来吗" not in body
    assert second == ""


def test_many_rows_are_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        keys = bulk.insert(Message, COLUMNS, [row(number) for number in range(300)])

    assert len(keys) == 300
    assert keys == sorted(keys)


def test_no_rows_are_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert bulk.insert(Message, COLUMNS, []) == []


def test_a_row_that_is_there_already_is_passed_over_where_that_is_asked_for() -> None:
    bulk.insert(Message, COLUMNS, [row(1, body="first")])

    keys = bulk.insert(Message, COLUMNS, [row(1, body="second"), row(2)], ignore_conflicts=True)

    assert Message.objects.get(send_key="key:1").body == "first"
    assert keys == [Message.objects.get(send_key="key:2").pk]


def test_one_row_twice_in_one_call_is_written_once() -> None:
    keys = bulk.insert(Message, COLUMNS, [row(1), row(1)], ignore_conflicts=True)

    assert len(keys) == Message.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"send_key": "key:1"}, IntegrityError),
        ({"state": "lost"}, IntegrityError),
        ({"title": "长" * 121}, DataError),
        ({"topic": None}, IntegrityError),
        ({"created_at": "soon"}, DataError),
    ],
    ids=["taken key", "fence of the table", "too long", "null where none may be", "no time"],
)
def test_what_the_table_refuses_is_refused_and_nothing_of_the_call_is_written(
    facts: dict[str, object], error: type[Exception]
) -> None:
    bulk.insert(Message, COLUMNS, [row(1)])

    with pytest.raises(error), transaction.atomic():
        bulk.insert(Message, COLUMNS, [row(2), row(3, **facts)])

    assert Message.objects.count() == 1


def test_new_objects_are_written_with_their_defaults_and_arrays() -> None:
    people = [
        Person(
            name=f"志愿者{number}",
            division_code=HERE,
            search_keys=[number, 7],
            force_class=ForceClass.VOLUNTEER,
        )
        for number in range(3)
    ]

    keys = bulk.insert_all(Person, people)

    kept = list(Person.objects.filter(pk__in=keys).order_by("pk"))
    assert [(one.code, one.name, one.search_keys) for one in kept] == [
        (one.code, one.name, one.search_keys) for one in people
    ]
    assert all(one.created_at and one.phone == "" and one.phone_index is None for one in kept)


def test_objects_are_written_in_batches_and_their_keys_keep_the_order(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    messages = [Message(**dict(zip(COLUMNS, row(number), strict=True))) for number in range(5)]

    with django_assert_num_queries(3):
        keys = bulk.insert_all(Message, messages)

    assert list(Message.objects.filter(pk__in=keys).order_by("pk").values_list("send_key", flat=True)) == [
        message.send_key for message in messages
    ]
    assert [message.pk for message in messages] == [None] * 5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # PostgreSQL keeps no NUL in a text, and UTF-8 no half of a pair.
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
)
def test_any_text_survives(title: str, body: str) -> None:
    (key,) = bulk.insert(Message, COLUMNS, [row(1, title=title, body=body)])

    message = Message.objects.get(pk=key)
    assert (message.title, message.body) == (title, body)
    message.delete()
