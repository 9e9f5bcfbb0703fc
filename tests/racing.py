"""Several deeds at the same moment, each in a thread with a connection of its own, and commits that the others see."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections

from muster.toolkit.refusal import Refused


def at_once(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """Runs all deeds at the same moment; a refusal is an outcome (its code), an error is not."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            barrier.wait(timeout=30)
            return deed()
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
