"""Indexes earn their keep: none repeats the head of another, and the hot questions are still answered by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from muster.callups.enums import SEATED, OfferState
from muster.callups.models import Assignment, Offer, Scan, Shift, Slot, UnitCall
from muster.notifications.models import Message
from muster.people.models import Person, ReserveTeamMember
from muster.records.models import ServiceRecord
from tests.callups.drafting import offer_to, raised
from tests.world import World

pytestmark = pytest.mark.django_db

# Whole indexes on plain columns: their columns in order, how text is compared in them, whether they promise something.
INDEXES = """
SELECT tables.relname, names.relname, indexes.indkey::int[], indexes.indclass::int[], indexes.indisunique
FROM pg_index indexes
JOIN pg_class tables ON tables.oid = indexes.indrelid
JOIN pg_class names ON names.oid = indexes.indexrelid
JOIN pg_am methods ON methods.oid = names.relam
WHERE methods.amname = 'btree' AND indexes.indpred IS NULL AND indexes.indexprs IS NULL
    AND tables.relnamespace = 'public'::regnamespace
"""
# Tables that other people's code makes, and those that Django makes for a relation of many to many.
NOT_OURS = ("auth_", "axes_", "django_", "procrastinate_", "callups_callup_needs")


def repeated_heads() -> list[tuple[str, str]]:
    """(index, the longer one that begins with it), of the tables that are ours."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        rows = [row for row in cursor.fetchall() if not row[0].startswith(NOT_OURS)]
    return sorted(
        (name, longer)
        for table, name, columns, classes, is_unique in rows
        for other, longer, more, their_classes, _unique in rows
        if table == other
        and name != longer
        and not is_unique
        and more[: len(columns)] == columns
        and their_classes[: len(classes)] == classes
    )


def test_no_index_repeats_the_head_of_another() -> None:
    assert repeated_heads() == []


def test_an_index_that_does_would_be_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX too_much ON callups_offer (call_up_id)")

    assert repeated_heads() == [
        ("too_much", "offer_by_call_up"),
        ("too_much", "offer_once_per_person_and_call_up"),
    ]


@pytest.mark.parametrize(
    ("table", "most"),
    [("callups_offer", 9), ("callups_assignment", 10), ("notifications_message", 7)],
)
def test_a_row_of_a_wave_is_written_into_few_indexes(table: str, most: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = %s", [table])
        (count,) = cursor.fetchone()

    assert count == most


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        (lambda: Offer.objects.filter(call_up=7), "call_up_id = 7"),
        # Not those asked, nor those of one person: on an empty table other indexes would do as well.
        (lambda: Offer.objects.filter(call_up=7, state=OfferState.WAITING), "call_up_id = 7"),
        (lambda: Offer.objects.filter(person=8), "person_id = 8"),
        (lambda: Offer.objects.filter(person__in=[8, 9]), "person_id = ANY"),
        (lambda: Offer.objects.filter(code="K7M2QD22"), "code)::text = 'K7M2QD22'"),
        (lambda: Assignment.objects.filter(call_up=7), "call_up_id = 7"),
        (lambda: Assignment.objects.filter(shift=7, state__in=SEATED), "shift_id = 7"),
        (lambda: Assignment.objects.filter(person=8).order_by("-id")[:20], "person_id = 8"),
        (lambda: Assignment.objects.filter(code="K7M2QD22"), "code)::text = 'K7M2QD22'"),
        (lambda: Slot.objects.filter(shift__in=[7, 8]), "shift_id = ANY"),
        (lambda: Shift.objects.filter(post=7), "post_id = 7"),
        (lambda: Scan.objects.filter(post=7), "post_id = 7"),
        (lambda: UnitCall.objects.filter(unit=7), "unit_id = 7"),
        (lambda: UnitCall.objects.filter(call_up=7), "call_up_id = 7"),
        (lambda: Message.objects.filter(send_key__in=["a", "b"]), "send_key)::text = ANY"),
        (lambda: Message.objects.filter(code="K7M2QD22"), "code)::text = 'K7M2QD22'"),
        (lambda: ServiceRecord.objects.filter(person=8), "person_id = 8"),
        (lambda: ReserveTeamMember.objects.filter(team=7), "team_id = 7"),
    ],
)
def test_a_hot_question_is_answered_by_an_index(
    question: Callable[[], QuerySet[Any]], condition: str
) -> None:
    # On tables as small as these the planner reads them whole unless it is told not to.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = question().explain()

    conditions = [line for line in plan.splitlines() if "Index Cond:" in line]
    assert any(condition in line for line in conditions), plan


def test_codes_are_still_given_once(world: World) -> None:
    call_up = raised(world.actor("worker"))
    people = [world.volunteer(number) for number in (1, 2)]
    offer_to(call_up, people[0], code="K7M2QD22")

    with pytest.raises(IntegrityError, match="offer_code_once"), transaction.atomic():
        offer_to(call_up, people[1], code="K7M2QD22")

    assert Offer.objects.in_bulk(["K7M2QD22"], field_name="code")["K7M2QD22"].person == people[0]


def test_who_has_a_seat_is_not_removed_from_under_it(world: World) -> None:
    call_up = raised(world.actor("worker"))
    person = world.volunteer(1)
    offer_to(call_up, person)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Person._meta.db_table} WHERE id = {person.pk}")  # noqa: S608 - our own key
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
