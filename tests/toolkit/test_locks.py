"""A lock by name: who comes second waits for the end of the first one's transaction, and reads what that one wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from muster.audit.enums import Ledger
from muster.audit.models import Watermark
from muster.toolkit.locks import one_at_a_time
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def counted_up(what: str, which: int) -> Callable[[], int]:
    """Reads a number, and writes the next one, under that lock."""

    def deed() -> int:
        with transaction.atomic():
            one_at_a_time(what, which)
            row = Watermark.objects.get()
            row.last_id += 1
            row.save()
            return row.last_id

    return deed


def test_what_is_read_under_it_is_what_those_before_have_written() -> None:
    Watermark.objects.create(ledger=Ledger.ENTRY, last_id=0)

    outcomes = at_once([counted_up("toolkit.test", 510107001001)] * 6)

    assert sorted(map(int, map(str, outcomes))) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("other", [("toolkit.other", 1), ("toolkit.test", 2), ("toolkit.test", -(2**62))])
def test_another_name_or_number_is_another_lock(other: tuple[str, int]) -> None:
    def beside() -> str:
        with transaction.atomic():
            one_at_a_time(*other)
        return "not waited"

    with transaction.atomic():
        one_at_a_time("toolkit.test", 1)
        assert at_once([beside]) == ["not waited"]


def test_it_is_no_lock_outside_of_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        one_at_a_time("toolkit.test")
