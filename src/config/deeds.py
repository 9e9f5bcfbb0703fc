"""What the commands of `muster` do once Django is set up. `config.cli` imports this module late, for that reason."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Q, Sum
from django.urls import reverse
from rich.console import Console
from rich.table import Table

from muster.audit.actions import heads, seals
from muster.audit.models import Seal
from muster.callups.actions.templates import load_templates
from muster.jobs.progress import Progress
from muster.norms.actions.settings import load_defaults
from muster.people.actions import reencrypt as sealing
from muster.people.actions.consents import load_texts
from muster.people.actions.sign_in import make_link
from muster.people.actions.skills import load_skills
from muster.people.models import Account
from muster.territory.actions.load import load_divisions as load
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from muster.web.demo import build, refresh
from muster.web.drill import cast
from muster.web.drill.browser import Unexpected
from muster.web.drill.pages import NoSuchForm
from muster.web.drill.report import show
from muster.web.drill.run import run


def prepare(console: Console) -> None:
    """Schema, static files, catalogs and divisions, as far as they are not there yet."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    for load_catalog in (load_defaults, load_texts, load_skills, load_templates):
        load_catalog()
    if not Division.objects.exists():
        load_divisions(console)


def load_divisions(console: Console) -> None:
    """The divisions in force become those of the edition in data/."""
    with Progress.start("territory.load_divisions", terminal=console) as progress:
        loaded = load(progress)
    console.print(
        f"{loaded.divisions:,} divisions: {loaded.begun:,} new, {loaded.corrected:,} corrected, {loaded.ended:,} ended.",
        soft_wrap=True,
    )


def build_demo(console: Console, division_code: int, seed: int, scale: float) -> None:
    """The demo of a division; what is there already stays, only call-ups that are over by now are followed by fresh ones."""
    if not Division.objects.filter(code=division_code, valid_to=None).exists():
        raise Refused("no_such_division", f"There is no division {division_code} in force. Is it loaded?")
    wanted = {"division": division_code, "seed": seed, "scale": scale}
    if wanted.items() <= _demo().items() and Account.objects.filter(code__in=_cast().values()).exists():
        if raised := refresh(division_code, seed):
            console.print(
                f"The demo's call-ups were over; {raised} fresh ones are under way.", soft_wrap=True
            )
        return
    with Progress.start("web.build_demo", terminal=console, division_code=division_code) as progress:
        built = build(division_code, seed, scale, progress=progress)
    _demo_file().write_text(json.dumps({**wanted, "accounts": built.accounts}))
    if built.is_new:
        console.print(
            f"{built.name}: {built.communities} communities; new: {built.compounds:,} compounds, {built.units:,} units, "
            f"{built.staff:,} staff, {built.volunteers:,} volunteers.",
            soft_wrap=True,
        )


def play_drill(console: Console, division_code: int, *, seed: int, url: str, path: Path | None) -> bool:
    """Play the drill of a division on the server at `url`, print its funnel and write it to `path`; True when all is well."""
    if cast.is_empty(division_code):
        with Progress.start("web.build_demo", terminal=console, division_code=division_code) as progress:
            # The people are those of the demo, whatever the seed of what they do.
            build(division_code, in_motion=False, progress=progress)
    try:
        with Progress.start("web.drill", terminal=console, division_code=division_code) as progress:
            result = run(division_code, seed, url, progress)
    except (Unexpected, NoSuchForm, OperationalError, InterfaceError) as error:
        raise Refused("drill_stuck", f"The drill could not go on: {error}") from error
    show(result, console)
    if path is not None:
        path.write_text(json.dumps(result.as_dict(), ensure_ascii=False, indent=2) + "\n")
    return result.good


def print_links(console: Console, who: str) -> None:
    """A sign-in link for one account, or for each role of the demo where nobody is named."""
    for word, account in _accounts(who):
        path = reverse("people:sign-in-link", args=[make_link(account, actor=SYSTEM)])
        console.print(f"  {word:22}{settings.PUBLIC_URL}{path}", soft_wrap=True, highlight=False)


def reencrypt(console: Console, *, index: bool) -> None:
    """Every sealed value under the key and the suite of now, and with `index` every blind index too."""
    steps = [("people.reencrypt", sealing.reencrypt)]
    if index:
        steps.append(("people.reindex", sealing.reindex))
    for kind, deed in steps:
        with Progress.start(kind, terminal=console) as progress:
            for done in deed():
                progress.advance(done - progress.run.done)
        console.print(f"{kind}: {progress.run.done:,} rows.", highlight=False)


def examine(console: Console) -> bool:
    """Print how this copy is; True when nothing is wrong."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    faults = [one for one in checks.run_checks() if one.level >= checks.WARNING and not one.is_silenced()]
    with connection.cursor() as cursor:
        server = cursor.connection.info.parameter_status("server_version")
    table = Table(show_header=False, box=None)
    table.add_row("Python", platform.python_version())
    table.add_row(
        "PostgreSQL", f"{server}, {'DATABASE_URL' if os.environ.get('DATABASE_URL') else 'embedded'}"
    )
    table.add_row("Data folder", str(settings.VAR_DIR))
    table.add_row("Schema", f"{len(pending)} migrations to run" if pending else "up to date")
    table.add_row("Settings", f"{len(faults)} faults" if faults else "no faults")
    if not pending:
        table.add_row("Divisions", f"{Division.objects.filter(valid_to=None).count():,} in force")
    console.print(table)
    for fault in faults:
        console.print(f"  {fault}", highlight=False, markup=False)
    return not pending and not faults


def verify_trail(console: Console, copies: Sequence[Path] = ()) -> bool:
    """Print each seal that does not hold, and what the lines outside of the database say is gone; True when all hold.

    Refuses `copy_unreadable`.
    """
    broken = seals.verify()
    try:
        gone = heads.missing(copies)
    except OSError as error:
        raise Refused(
            "copy_unreadable", f"{error.filename} cannot be read: {error.strerror}. Name a file of lines."
        ) from error
    for lost in gone:
        console.print(f"{lost.ledger} up to {lost.last_id}: {lost.reason}", highlight=False)
    for one in broken:
        console.print(
            f"{one.ledger} {one.first_id}–{one.last_id}: {one.reason} (seal {one.seal_id})", highlight=False
        )
    sealed = Seal.objects.aggregate(seals=Count("pk"), rows=Sum("row_count"))
    console.print(
        f"{sealed['seals']:,} seals over {sealed['rows'] or 0:,} rows, {len(broken):,} do not hold.",
        highlight=False,
    )
    return not broken and not gone


def _accounts(who: str) -> Iterator[tuple[str, Account]]:
    cast = _cast()
    wanted = {who: cast.get(who, who)} if who else cast
    if not wanted:
        raise Refused(
            "no_demo", "There is no demo here. Name an account by its code or login, or run `muster demo`."
        )
    for word, code in wanted.items():
        account = Account.objects.filter(Q(code=code) | Q(login=code)).first()
        if account is None:
            known = ", ".join(cast) or "no demo here"
            raise Refused("no_such_account", f"No account {word!r}. A code, a login, or one of: {known}.")
        yield word, account


def _cast() -> dict[str, str]:
    return dict(_demo().get("accounts", {}))


def _demo() -> dict[str, Any]:
    """What the last build of the demo left: its figures, and an account for each role."""
    return dict(json.loads(_demo_file().read_text())) if _demo_file().exists() else {}


def _demo_file() -> Path:
    return Path(settings.VAR_DIR) / "demo.json"
