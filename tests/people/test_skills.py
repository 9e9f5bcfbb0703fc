"""The catalog of skills that comes with Muster."""

import pytest

from muster.people.actions.skills import load_skills
from muster.people.models import Skill

pytestmark = pytest.mark.django_db


def test_catalog_is_loaded_once() -> None:
    first = load_skills()
    rows = list(Skill.objects.order_by("pk").values())

    assert load_skills() == first == len(rows)
    assert list(Skill.objects.order_by("pk").values()) == rows


def test_skill_changed_by_hand_is_brought_back() -> None:
    load_skills()
    Skill.objects.filter(code="medical").update(name_zh="x")

    load_skills()

    assert Skill.objects.get(code="medical").name_zh == "医护"
