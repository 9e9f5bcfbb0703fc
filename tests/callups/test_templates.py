"""The templates that come with Muster fit the database, the notice and each other."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from muster.callups.actions.templates import load_templates
from muster.callups.enums import SeatKind, SupportGiver, SupportKind
from muster.callups.models import CallTemplate
from muster.norms.enums import Mode, TaskKind
from muster.people.actions.skills import load_skills
from muster.people.models import Skill
from muster.toolkit.icons import symbols

pytestmark = pytest.mark.django_db

CODES = [
    "gate-dawn",
    "sampling-support",
    "door-screening",
    "supply-delivery",
    "flood-evacuation",
    "quake-shelter",
]


def loaded() -> list[CallTemplate]:
    load_skills()
    load_templates()
    return list(CallTemplate.objects.order_by("position"))


def test_templates_come_in_the_order_of_the_file() -> None:
    assert [template.code for template in loaded()] == CODES


def test_second_run_changes_nothing() -> None:
    first = list(CallTemplate.objects.order_by("pk").values()) if loaded() else []

    assert load_templates() == len(CODES)
    assert list(CallTemplate.objects.order_by("pk").values()) == first


def test_template_that_was_changed_by_hand_is_brought_back() -> None:
    loaded()
    CallTemplate.objects.filter(code="gate-dawn").update(name_zh="x", skill="nursing")

    load_templates()

    template = CallTemplate.objects.get(code="gate-dawn")
    assert (template.name_zh, template.skill) == ("清晨门岗", "")


@pytest.mark.parametrize("code", CODES)
def test_every_template_can_become_a_call_up(code: str) -> None:
    template = next(found for found in loaded() if found.code == code)

    template.full_clean(exclude=["hazard", "skill", "starts_at_minute"])
    assert template.task_kind in TaskKind.values
    assert template.mode in Mode.values
    assert set(template.seats) <= set(SeatKind.values)
    assert min(template.seats.values()) > 0
    assert set(template.support) <= set(SupportKind.values)
    assert set(template.support.values()) <= set(SupportGiver.values)
    assert template.icon in symbols()


@pytest.mark.req("R9.2", "R9.6")
def test_every_template_states_the_risk_and_who_provides_in_both_languages() -> None:
    for template in loaded():
        assert len(template.risk_zh) > 40
        assert len(template.risk_en) > 80
        assert template.bring_zh
        assert template.bring_en
        assert {SupportKind.PPE, SupportKind.MEALS, SupportKind.INSURANCE} <= set(template.support)


def test_shifts_keep_the_longest_time_that_the_norms_allow() -> None:
    for template in loaded():
        assert template.shift_minutes <= (240 if template.needs_full_protection else 360)


def test_skilled_seats_name_a_skill_of_the_catalog_and_others_none() -> None:
    known = set(Skill.objects.values_list("code", flat=True)) if loaded() else set()

    for template in CallTemplate.objects.all():
        if SeatKind.SKILLED in template.seats:
            assert template.skill in known
        else:
            assert template.skill == ""


def test_words_keep_to_the_rules_of_our_texts() -> None:
    rows = json.loads((Path(settings.BASE_DIR) / "data/callups/templates.json").read_text(encoding="utf-8"))

    text = "".join(row["risk_zh"] + row["bring_zh"] for row in rows)
    assert "您" not in text
    assert "！" not in text
    assert "用户" not in text
