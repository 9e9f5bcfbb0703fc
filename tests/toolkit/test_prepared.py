"""Statements planned once for each connection do what they would do unprepared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.db import DataError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from muster.toolkit.prepared import Prepared

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)
DIVIDE = Prepared("test_divide", "SELECT %s::int / %s::int")


def rows(statement: Prepared, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        return cursor.fetchall()


def known() -> list[str]:
    """The statements that the database holds for this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_prepared_statements WHERE name LIKE 'muster_test_%' ORDER BY name"
        )
        return [name for (name,) in cursor.fetchall()]


ASKED: dict[str, tuple[str, tuple[object, ...], object]] = {
    "nothing": ("SELECT 1", (), 1),
    "numbers": ("SELECT %s::int - %s::int", (7, 2), 5),
    "text": ("SELECT %s::text || '-' || %s::text", ("O'Neil; --", "$1"), "O'Neil; ---$1"),
    "null": ("SELECT coalesce(%s::text, %s::text)", (None, "别的"), "别的"),
    "moment": ("SELECT %s::timestamptz", (MOMENT,), MOMENT),
    "array": (
        "SELECT count(*) FROM unnest(%s::bigint[]) one WHERE one = ANY(%s::bigint[])",
        ([1, 2], [2, 3]),
        1,
    ),
    "eleven": ("SELECT " + " + ".join(["%s::int"] * 11), tuple(range(11)), 55),
}


@pytest.mark.parametrize("prepares", [True, False], ids=["prepared", "plain"])
@pytest.mark.parametrize("name", ASKED)
def test_the_answer_is_that_of_the_plain_statement(settings: LazySettings, prepares: bool, name: str) -> None:
    settings.DATABASE_PREPARES = prepares
    text, values, answer = ASKED[name]
    statement = Prepared(f"test_{name}", text)

    # More often than the database plans for the values it is given.
    assert [rows(statement, *values) for _again in range(7)] == [[(answer,)]] * 7


def test_it_is_planned_once_however_often_it_runs() -> None:
    for number in range(1, 5):
        rows(DIVIDE, 8, number)

    assert known().count("muster_test_divide") == 1


def test_where_preparing_is_turned_off_the_database_keeps_nothing(settings: LazySettings) -> None:
    settings.DATABASE_PREPARES = False

    rows(Prepared("test_never", "SELECT %s::int"), 1)

    assert "muster_test_never" not in known()


def test_the_first_run_counts_as_one_query_like_the_second(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fresh = Prepared("test_counted", "SELECT %s::int")

    for _run in range(2):
        with django_assert_num_queries(1):
            rows(fresh, 3)


def test_an_error_or_a_rollback_loses_no_plan() -> None:
    fresh = Prepared("test_rolled_back", "SELECT 10 / %s::int")

    for _run in range(2):
        with pytest.raises(DataError), transaction.atomic():
            rows(fresh, 0)

    assert rows(fresh, 5) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_anew() -> None:
    rows(DIVIDE, 8, 2)
    connection.close()

    assert known() == []
    assert rows(DIVIDE, 8, 2) == [(4,)]
    assert known() == ["muster_test_divide"]
