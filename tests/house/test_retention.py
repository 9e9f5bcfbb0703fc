"""Every table that holds personal data says how long, and a field of its own may say it sooner."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from muster.audit.retention import Rule, rules
from muster.people.models import Account, Person
from muster.toolkit.fields import EncryptedTextField

OURS = [model for model in apps.get_models() if model.__module__.startswith("muster.")]


def tells_of_somebody(model: type[models.Model]) -> bool:
    """True for a table that names, means or seals a person: by key, by a label of who did it, or by a sealed field."""
    return any(
        isinstance(field, EncryptedTextField)
        or field.related_model in (Person, Account)
        or field.name == "person_id"
        or field.name.endswith("_label")
        for field in model._meta.get_fields()
        if field.concrete
    )


@pytest.mark.parametrize(
    "model", [model for model in OURS if tells_of_somebody(model)], ids=lambda model: model._meta.label
)
def test_a_table_that_tells_of_somebody_has_a_rule_of_retention(model: type[models.Model]) -> None:
    assert model._meta.label in {rule.model_label for rule in rules()}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.model_label)
def test_a_rule_names_a_table_or_a_field_of_one_that_has_a_rule_itself(rule: Rule) -> None:
    label = rule.model_label
    app, model, *field = label.split(".")

    names = {known.name for known in apps.get_model(app, model)._meta.get_fields()}

    assert set(field) <= names
    assert f"{app}.{model}" in {known.model_label for known in rules()}


def test_nothing_has_two_rules() -> None:
    assert [
        label for label, count in Counter(rule.model_label for rule in rules()).items() if count > 1
    ] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.model_label)
def test_what_ends_by_age_can_be_destroyed_and_every_rule_has_its_ground(rule: Rule) -> None:
    keep, purge = rule.keep, rule.purge

    assert (keep is None) == (purge is None)
    assert keep is None or keep >= timedelta(days=1)
    assert rule.ground
