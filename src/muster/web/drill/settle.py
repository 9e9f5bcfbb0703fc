"""Waiting: until what a step caused is done, so that the next one does not race it; and for a database that was killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from muster.web.drill.browser import Unexpected

Asked = ParamSpec("Asked")
Found = TypeVar("Found")
PATIENCE_SECONDS = 120.0
# Six players who look fifty times a second would take the processor from the worker they wait for.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, LONGER = 0.02, 0.2, 1.5
DATABASE_PAUSE_SECONDS = 0.5
WAITING = """
SELECT EXISTS (
    SELECT 1 FROM procrastinate_jobs job JOIN callups_callup call ON call.code = %s
     WHERE job.status IN ('todo', 'doing') AND (job.args ->> 'call_up_id')::bigint = call.id
) OR EXISTS (
    SELECT 1 FROM notifications_message
     WHERE subject_kind = 'call_up' AND subject_code = %s AND state IN ('queued', 'sending')
) OR EXISTS (
    SELECT 1 FROM callups_dispatchpart part
      JOIN callups_dispatchrun run ON run.id = part.run_id AND run.confirmed_at IS NOT NULL
      JOIN callups_callup call ON call.id = part.call_up_id AND call.code = %s
     WHERE part.done_at IS NULL
)
"""


def patient(read: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """The same question, asked again until the database answers; for what may be asked twice."""

    @wraps(read)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Found:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return read(*args, **kwargs)
            except (OperationalError, InterfaceError):
                connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(DATABASE_PAUSE_SECONDS)

    return asked


def settle(call_up_code: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return when nothing is under way for this call-up."""
    end, pause = time.monotonic() + PATIENCE_SECONDS, SHORTEST_PAUSE_SECONDS
    while _is_busy(call_up_code):
        if time.monotonic() > end:
            raise Unexpected(
                f"the jobs of call-up {call_up_code} are not done after {PATIENCE_SECONDS:.0f} s"
            )
        sleep(pause)
        pause = min(pause * LONGER, LONGEST_PAUSE_SECONDS)


@patient
def _is_busy(call_up_code: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [call_up_code] * 3)
        return bool(cursor.fetchone()[0])
