"""Run by test_worker in processes of its own: `python -m tests.jobs.slow_work` is a worker that knows one slow job."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from muster.jobs import queue, sweeper, worker  # noqa: E402 - needs Django to be set up
from muster.jobs.models import Run  # noqa: E402 - as above

STEPS = 10
STEP_SECONDS = 0.15


@queue.task("tests.fill")
def fill(name: str) -> None:
    """Ten rows, a step apart. Its effect is once, whatever becomes of the worker: each row has a code of its own."""
    for step in range(STEPS):
        Run.objects.get_or_create(
            code=f"{name}{step}", defaults={"kind": "fill", "message": str(os.getpid())}
        )
        time.sleep(STEP_SECONDS)
    Run.objects.get_or_create(code=f"{name}END", defaults={"kind": "fill"})


@queue.periodic("tests.sweep_often", "* * * * * *")
def sweep_often() -> None:
    sweeper.sweep()


if __name__ == "__main__":
    sweeper.HEARTBEAT_SECONDS, sweeper.DEAD_AFTER_SECONDS = 0.3, 1.5
    worker.main()
