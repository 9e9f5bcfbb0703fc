"""The worker process: `python -m muster.jobs.worker`. `muster serve` starts it; it ends in good order on SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from importlib import import_module
from typing import cast

import django
import psycopg
from procrastinate import exceptions

from muster.jobs import sweeper

logger = logging.getLogger(__name__)

CONCURRENCY = 2
GRACE_SECONDS = 10.0
# The database was killed or restarted: try again soon, for as long as it takes.
PAUSE_SECONDS = 1.0


async def work(*, concurrency: int = CONCURRENCY, stop: asyncio.Event | None = None) -> None:
    """Run jobs until `stop` is set. A lost database is waited for."""
    stop = stop or asyncio.Event()
    while not stop.is_set():
        try:
            await _work_once(concurrency, stop)
        except (exceptions.ConnectorException, psycopg.Error, OSError) as error:
            logger.warning("The worker lost the database (%s) and tries again.", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)


async def _work_once(concurrency: int, stop: asyncio.Event) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs Django to be set up
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 - as above

    # Another app over the same tasks: inside a job, enqueue() must go on through Django's connection, or it would commit
    # before the job's own transaction does.
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    running = app.with_connector(connector)
    async with running.open_async():
        done = asyncio.ensure_future(
            running.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE_SECONDS,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=sweeper.HEARTBEAT_SECONDS,
                stalled_worker_timeout=sweeper.DEAD_AFTER_SECONDS,
            )
        )
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({done, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not done.done():
            done.cancel()
        try:
            await done
        except asyncio.CancelledError:
            logger.info("The worker has ended its jobs.")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    asyncio.run(_main())


async def _main() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(stop=stop)


if __name__ == "__main__":
    # Not this copy of the module: the library warns of an application that lives in __main__.
    import_module("muster.jobs.worker").main()
