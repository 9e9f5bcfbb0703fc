"""How far long work has come: a row that a page polls, and the same as a line on the terminal."""

from __future__ import annotations

import time
from datetime import datetime
from types import TracebackType

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

from muster.jobs.models import Run
from muster.toolkit.actor import SYSTEM, Actor

# A row written for each of a million rows would be the longest part of the work.
WRITE_EVERY_SECONDS = 0.5


class Progress:
    """One piece of long work, from `start` to `finish` or `fail`; as a context manager it ends by itself.

    Rows written inside a transaction are seen by others when it commits: call `advance` between transactions.
    """

    def __init__(self, run: Run, terminal: Console | None) -> None:
        self.run = run
        self._written_at = 0.0
        self._bar = _bar(terminal) if terminal else None
        if self._bar:
            self._bar.start()
            self._line = self._bar.add_task(run.kind, total=run.expected or None)

    @classmethod
    def start(
        cls,
        kind: str,
        *,
        expected: int = 0,
        actor: Actor = SYSTEM,
        division_code: int | None = None,
        terminal: Console | None = None,
        at: datetime | None = None,
    ) -> Progress:
        """Begin. `kind` is the name of the job, `expected` the number of rows where it is known."""
        run = Run.objects.create(
            kind=kind,
            expected=expected,
            owner_account_id=actor.account_id,
            division_code=division_code,
            state="running",
            started_at=at or timezone.now(),
        )
        return cls(run, terminal)

    def expect(self, rows: int) -> None:
        """Tell how many rows there will be, once that is known."""
        self.run.expected = rows
        if self._bar:
            self._bar.update(self._line, total=rows)

    def advance(self, rows: int = 1, message: str = "") -> None:
        """`rows` more are done."""
        self.run.done += rows
        self.run.message = message or self.run.message
        if self._bar:
            self._bar.update(self._line, completed=self.run.done, description=message or self.run.kind)
        if time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS:
            self._write()

    def finish(self, message: str = "") -> None:
        """All is done."""
        self._end("done", message or self.run.message)

    def fail(self, message: str) -> None:
        """It ended before its end; `message` is for the person who waits."""
        self._end("failed", message)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.run.ended_at is None:
            if error is None:
                self.finish()
            else:
                self.fail(type(error).__name__)

    def _end(self, state: str, message: str) -> None:
        self.run.state, self.run.message, self.run.ended_at = state, message[:200], timezone.now()
        self._write()
        if self._bar:
            self._bar.update(self._line, completed=self.run.done, description=message or self.run.kind)
            self._bar.stop()

    def _write(self) -> None:
        self._written_at = time.monotonic()
        try:
            self._save()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            # The database is being started again; to tell how far the work is, is not worth failing it.
            connection.close()

    def _save(self) -> None:
        self.run.save(update_fields=["expected", "done", "message", "state", "ended_at"])


class Rate(ProgressColumn):
    """Rows per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def _bar(terminal: Console) -> Bar:
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=terminal,
    )
