"""`muster dispatch …`: province-size dispatch of folders of CSV files, without a database and without Django."""

import math
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

app = typer.Typer(
    name="dispatch",
    help="Who stands where, for a whole province at once: from a folder of CSV files to a checked plan.json.",
    no_args_is_help=True,
)


def _finite(value: float | None) -> float | None:
    # "nan" is a number to the parser, and no range holds it back.
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number to count with.")
    return value


Question = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="communities.csv, volunteers.csv, posts.csv and config.json.")
]
PlanInForce = Annotated[
    Path | None, typer.Option(help="The plan.json in force; what changes against it costs keep_km.")
]
Declined = Annotated[Path | None, typer.Option(help="The ids of those who may not be sent, one a line.")]


@app.command()
def solve(
    folder: Question,
    *,
    out: Annotated[
        Path | None, typer.Option(help="Where the plan goes; without it only the summary is shown.")
    ] = None,
    gap: Annotated[
        float,
        typer.Option(min=0, help="Stop when the plan is certainly this close to the best: 0.001 is 0.1 %."),
    ] = 0.0,
    time_limit: Annotated[
        float | None,
        typer.Option(min=0, callback=_finite, help="Seconds after which the best plan so far is taken."),
    ] = None,
    incumbent: PlanInForce = None,
    declined: Declined = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say why seats stay empty, and write into the plan why everybody stands where he stands.",
        ),
    ] = False,
) -> None:
    """Find the best plan, check it, and write it down.

    Exit code 1 when the plan does not stand its check, 2 when folder or files cannot be used.
    """
    deeds = _deeds()
    wish = deeds.Wish(gap, time_limit, incumbent, declined, explain)
    raise typer.Exit(deeds.solve(folder, out, wish))


@app.command()
def greedy(
    folder: Question,
    out: Annotated[
        Path | None, typer.Option(help="Where the plan goes; without it only the summary is shown.")
    ] = None,
) -> None:
    """The human rule for comparison: the most urgent post first, and for each seat the nearest who may go.

    Exit code 2 when the folder cannot be used.
    """
    raise typer.Exit(_deeds().greedy(folder, out))


@app.command()
def check(
    folder: Question,
    plan: Annotated[Path, typer.Argument(help="The plan.json to look over.")],
    incumbent: PlanInForce = None,
    declined: Declined = None,
) -> None:
    """Recount a plan: every rule, every seat and every sum, with nothing of what made it.

    Exit code 1 when anything in it is wrong, 2 when folder or files cannot be used.
    """
    raise typer.Exit(_deeds().check(folder, plan, incumbent, declined))


@app.command()
def make(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    *,
    volunteers: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many people.")] = 10_000,
    posts: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many posts.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, max=63, help="How many days.")] = 1,
    shifts: Annotated[int, typer.Option(min=1, max=63, help="Shifts of a day.")] = 1,
    tight: Annotated[
        float,
        typer.Option(
            min=0.01, max=100, help="Seats against supply: at 1 there are 6 seats for 10 volunteers."
        ),
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
    radius: Annotated[
        float | None,
        typer.Option(min=0, max=100_000, callback=_finite, help="Nobody is sent farther, in km."),
    ] = None,
) -> None:
    """Invent a city with people and posts, for benchmarks and first steps. Nothing in it is real.

    Exit code 2 when the folder cannot be written.
    """
    deeds = _deeds()
    size = deeds.Size(volunteers, posts, days, shifts, tight, seed, radius)
    raise typer.Exit(deeds.make(folder, size))


def _deeds() -> ModuleType:
    from config import dispatch_deeds  # noqa: PLC0415 - loads numpy and the solver, which no other command needs

    return dispatch_deeds
