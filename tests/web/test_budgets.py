"""What a first visit costs on the wire: files collected and compressed as a running copy serves them."""

import gzip
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.web.ground import make_call_up, make_seat, make_slot

pytestmark = pytest.mark.django_db

LINKED = re.compile(r'(?:href|src)="/static/([^"#?]+)"')
IMPORTED = re.compile(r'from "\./([^"]+)"')
ANSWER, DESK = 30_000, 130_000


@pytest.fixture
def collected(settings, tmp_path):
    """The folder of static files as `muster serve` fills it; pages name its files."""
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def first_load(client: Client, address: str, root: Path) -> tuple[int, set[str]]:
    """Bytes on the wire of the page with all its files, and the names of the files."""
    page = client.get(address)
    assert page.status_code == 200
    waiting, files = LINKED.findall(page.content.decode()), set()
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        files.add(name)
        if name.endswith(".js"):
            folder = name.rpartition("/")[0]
            waiting += [
                f"{folder}/{other}" for other in IMPORTED.findall((root / name).read_text(encoding="utf-8"))
            ]
    sizes = [(root / f"{name}.gz") if (root / f"{name}.gz").exists() else root / name for name in files]
    return len(gzip.compress(page.content, 6)) + sum(path.stat().st_size for path in sizes), files


@pytest.mark.parametrize("address", ["/", "/privacy/", "/sign-in/"])
def test_a_public_page_stays_within_30_kilobytes(client, collected, address):
    size, files = first_load(client, address, collected)

    assert size <= ANSWER
    assert not [name for name in files if "tabler" in name or "htmx" in name]


def test_ones_own_page_stays_within_30_kilobytes(world, collected):
    make_seat(make_slot(make_call_up(world)), world.person("volunteer"))

    assert first_load(world.client_for("volunteer"), "/my/", collected)[0] <= ANSWER


def test_the_desk_stays_within_130_kilobytes(world, collected):
    make_seat(make_slot(make_call_up(world), seats=6), world.volunteer(1))

    size, files = first_load(world.client_for("worker"), "/desk/", collected)

    assert size <= DESK
    assert any("tabler" in name for name in files)


def test_files_are_named_by_their_content(client, collected):
    _size, files = first_load(client, "/", collected)

    assert [name for name in files if not re.search(r"\.[0-9a-f]{12}\.\w+$", name)] == []
