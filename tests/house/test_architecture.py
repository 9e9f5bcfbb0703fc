"""What import-linter cannot see: a string foreign key, a template that borrows from above, a table without an owner."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "src" / "templates"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
FLOORS = next(contract["layers"] for contract in CONTRACTS if contract.get("containers") == ["muster"])
HEIGHT = {
    name.strip(" ()"): height for height, floor in enumerate(reversed(FLOORS)) for name in floor.split("|")
}
# Every page may use these; they belong to the toolkit.
SHARED = {"components", "layouts"}
BORROWED = re.compile(r"{%\s*(?:extends|include|partial)\s+[\"'](?P<name>[^\"'#]+)")


def test_every_floor_is_in_the_architecture() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text()

    assert [name for name in HEIGHT if not re.search(rf"\b{name}\b", drawn)] == []


def test_foreign_keys_point_downwards() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and not isinstance(field.related_model, str)
        if field.related_model and model._meta.app_label in HEIGHT
        if HEIGHT.get(field.related_model._meta.app_label, -1) > HEIGHT[model._meta.app_label]
    ]

    assert upward == []


def test_templates_borrow_from_below() -> None:
    upward = [
        f"{path.relative_to(TEMPLATES)} uses {found['name']}"
        for path in TEMPLATES.rglob("*.html")
        for found in BORROWED.finditer(path.read_text())
        if not _may_borrow(path.relative_to(TEMPLATES).parts[0], found["name"].split("/")[0])
    ]

    assert upward == []


def _may_borrow(borrower: str, lender: str) -> bool:
    if lender in SHARED:
        return True
    return borrower not in SHARED and HEIGHT[borrower] >= HEIGHT[lender]


def test_every_template_folder_belongs_to_a_package() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}

    assert folders - SHARED - set(HEIGHT) == set()


@pytest.mark.parametrize(
    "name", sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")), ids=str
)
def test_template_compiles(name: str) -> None:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)

    engine.get_template(name)


def _patterns(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


def test_every_address_has_a_name_that_says_app_audience_and_noun() -> None:
    names = list(_patterns(get_resolver()))

    assert [name for name in names if not re.fullmatch(r"[a-z_]+:[a-z0-9-]+", name)] == []
    assert sorted(name for name in names if names.count(name) > 1) == []


def test_every_package_is_installed_and_has_a_config() -> None:
    packages = {
        path.parent.name
        for path in (ROOT / "src" / "muster").glob("*/__init__.py")
        if path.parent.name != "kernel"
    }

    assert {
        config.name.removeprefix("muster.") for config in apps.get_app_configs() if "muster." in config.name
    } == packages
