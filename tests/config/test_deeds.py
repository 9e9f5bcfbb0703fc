"""The commands on a real database: the demo is built once, links sign in, a copy knows whether it is well."""

import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from rich.console import Console

from config import deeds
from muster.people.actions.persons import register
from muster.people.models import Account, Person
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from tests.world import HERE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=80)


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]  # pytest-django's wrapper takes any setting
    # Files collected into the suite's own folder would give the live server names that it does not serve.
    collected = tmp_path / "static"
    collected.mkdir()
    settings.STATIC_ROOT = collected  # type: ignore[attr-defined]  # as above
    return tmp_path


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_link_signs_the_account_in(world: World, console: Console, client: Client) -> None:
    account = Account.objects.order_by("pk")[0]

    deeds.print_links(console, account.code)

    (address,) = re.findall(r"http://\S+", _said(console))
    path = "/" + address.split("/", 3)[3]
    assert client.post(path).status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)


def test_unknown_account_is_refused_with_the_words_that_would_do(console: Console, var: Path) -> None:
    (var / "demo.json").write_text(json.dumps({"accounts": {"guard": "ABCDEF"}}))

    with pytest.raises(Refused) as refusal:
        deeds.print_links(console, "stranger")

    assert refusal.value.code == "no_such_account"
    assert "guard" in refusal.value.message


def test_links_of_a_demo_that_is_not_there_are_refused(console: Console) -> None:
    with pytest.raises(Refused) as refusal:
        deeds.print_links(console, "")

    assert refusal.value.code == "no_demo"


def test_demo_of_a_place_that_does_not_exist_is_refused(console: Console) -> None:
    with pytest.raises(Refused) as refusal:
        deeds.build_demo(console, 990000000000, 7, 1.0)

    assert refusal.value.code == "no_such_division"


@pytest.mark.slow
def test_demo_is_built_once_and_has_a_link_for_each_role(console: Console, var: Path) -> None:
    deeds.load_divisions(console)
    community = Division.objects.filter(code__range=(510107001001, 510107001999)).order_by("code")[0]

    deeds.build_demo(console, community.code, 7, 0.02)
    people = Person.objects.count()
    deeds.build_demo(console, community.code, 7, 0.02)

    assert Person.objects.count() == people
    deeds.print_links(console, "")
    roles = re.findall(r"^  (\w+) +http://127\.0\.0\.1:\d+/sign-in/link/\S+$", _said(console), re.MULTILINE)
    assert set(roles) >= {"community_worker", "unit_liaison", "volunteer", "township_overseer", "auditor"}


def test_examination_finds_a_fault_of_the_settings(console: Console) -> None:
    # pytest-django puts an object where Django wants a string: the one fault of a copy that is well otherwise.
    assert deeds.examine(console) is False
    assert "templates.E002" in _said(console)
    assert "Schema       up to date" in _said(console)


def test_examination_of_a_copy_without_faults_is_true(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.core.checks.run_checks", list)

    assert deeds.examine(console) is True


def test_preparing_twice_changes_nothing(console: Console, world: World) -> None:
    deeds.prepare(console)
    divisions = Division.objects.count()

    deeds.prepare(console)
    assert Division.objects.count() == divisions


def test_new_key_seals_everything_and_people_are_found_by_it(
    console: Console, settings: pytest.FixtureRequest
) -> None:
    settings.FIELD_KEYS = "k1:old"  # type: ignore[attr-defined]  # as above
    person = register(name="刘芳", division_code=HERE, phone="13712345678", actor=SYSTEM)
    settings.FIELD_KEYS = "k2:new,k1:old"  # type: ignore[attr-defined]  # as above
    deeds.reencrypt(console, index=False)
    settings.FIELD_KEYS = "k2:new"  # type: ignore[attr-defined]  # as above

    deeds.reencrypt(console, index=True)

    assert register(name="刘芳", division_code=HERE, phone="13712345678", actor=SYSTEM).pk == person.pk
    assert "people.reencrypt: 1 rows." in _said(console)
