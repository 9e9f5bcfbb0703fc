"""Run by test_dispatch_killed in processes of its own: a worker that takes its time to plan and to carry a plan out."""

import os
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from muster.callups.actions import dispatch, plans  # noqa: E402 - needs Django to be set up
from muster.jobs import queue, sweeper, worker  # noqa: E402 - as above

STEP_SECONDS = 0.6


def slowly(work: Any) -> Any:
    """The same, a moment later."""

    def later(*given: Any, **facts: Any) -> Any:
        time.sleep(STEP_SECONDS)
        return work(*given, **facts)

    return later


@queue.periodic("tests.sweep_often", "* * * * * *")
def sweep_often() -> None:
    sweeper.sweep()


if __name__ == "__main__":
    plans._solve = slowly(plans._solve)
    dispatch._carry_out_part = slowly(dispatch._carry_out_part)
    sweeper.HEARTBEAT_SECONDS, sweeper.DEAD_AFTER_SECONDS = 0.3, 1.5
    worker.main()
