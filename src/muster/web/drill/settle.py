"""Waiting until what a step caused is done: the jobs of a call-up, and its letters. The next step must not race the last."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import OperationalError, connection

from muster.web.drill.browser import Unexpected

PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.02
WAITING = """
SELECT EXISTS (
    SELECT 1 FROM procrastinate_jobs job JOIN callups_callup call ON call.code = %s
     WHERE job.status IN ('todo', 'doing') AND (job.args ->> 'call_up_id')::bigint = call.id
) OR EXISTS (
    SELECT 1 FROM notifications_message
     WHERE subject_kind = 'call_up' AND subject_code = %s AND state IN ('queued', 'sending')
)
"""


def settle(call_up_code: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return when nothing is under way for this call-up; outlasts a database that is started again meanwhile."""
    end = time.monotonic() + PATIENCE_SECONDS
    while _is_busy(call_up_code):
        if time.monotonic() > end:
            raise Unexpected(
                f"the jobs of call-up {call_up_code} are not done after {PATIENCE_SECONDS:.0f} s"
            )
        sleep(PAUSE_SECONDS)


def _is_busy(call_up_code: str) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(WAITING, [call_up_code, call_up_code])
            return bool(cursor.fetchone()[0])
    except OperationalError:
        connection.close()
        return True
