"""One at a time, where there may be no row yet that could be locked."""

from __future__ import annotations

from django.db import connection
from django.db.transaction import TransactionManagementError


def one_at_a_time(what: str, which: int = 0) -> None:
    """Waits until no other transaction holds `what` of this number, and holds it until this transaction ends.

    What is read afterwards is what those before have written. Take it before any row, so that nobody waits for it who
    holds one. Two names may share a lock by chance, and then wait for each other. Raises TransactionManagementError
    outside of a transaction, where the lock would be given back before it served.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock that ends with its transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashint8(%s))", [what, which])
