"""The funnel of a drill on the terminal: a line for each community, the totals, and what was violated."""

from __future__ import annotations

from dataclasses import asdict, fields

from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from muster.web.drill.run import Result
from muster.web.drill.verdict import Line, totals_of


def show(result: Result, console: Console) -> None:
    """Print it."""
    console.print(_table(result))
    told = {
        _("overfilled seats"): result.violations.overfilled,
        _("double bookings"): result.violations.double_booked,
        _("people against a rule"): result.violations.ineligible,
        _("wrong minutes"): result.violations.minutes_mismatch,
        _("acknowledged and lost"): result.lost,
    }
    console.print("  ".join(f"{words}: {count}" for words, count in told.items()), highlight=False)
    console.print(
        _("%(requests)s requests, %(faults)s without an answer, %(seconds)s s.")
        % {
            "requests": f"{result.requests:,}",
            "faults": result.faults,
            "seconds": f"{result.seconds['total']:.0f}",
        },
        highlight=False,
    )


def _table(result: Result) -> Table:
    table = Table(box=None, header_style="bold")
    words = {
        "code": _("Community"),
        "needed": _("Needed"),
        "pledged": _("Pledged"),
        "named": _("Named"),
        "asked": _("Asked"),
        "accepted": _("Said yes"),
        "assigned": _("Seated"),
        "arrived": _("Arrived"),
        "stayed": _("Stayed"),
        "minutes": _("Minutes"),
    }
    for field in fields(Line):
        table.add_column(words[field.name], justify="left" if field.name == "code" else "right")
    for line in result.lines:
        figures = asdict(line)
        figures.pop("code")
        table.add_row(result.names[line.code], *(f"{figure:,}" for figure in figures.values()))
    table.add_section()
    table.add_row(_("Together"), *(f"{figure:,}" for figure in totals_of(result.lines).values()))
    return table
