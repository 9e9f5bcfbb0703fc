"""Units beyond the one of the cast, with codes that pass both checks."""

from __future__ import annotations

from datetime import date
from typing import Any

from muster.organizations import rules
from muster.organizations.actions import units
from muster.organizations.enums import UnitKind
from muster.organizations.models import ContingencyPlan, ResidentUnit
from tests.world import World


def uscc(number: int, prefix: str = "91") -> str:
    """The code of that number of that authority, both check characters right."""
    body = f"MA{number:06d}"
    front = f"{prefix}510107{body}{rules.inner_check_character(body)}"
    return front + rules.check_character(front)


def unit_of(world: World, number: int, **facts: Any) -> ResidentUnit:
    """A unit as the worker of the community enters it, told apart by `number`."""
    standard = {
        "division_code": world.here,
        "name": f"锦里第{number}商户",
        "kind": UnitKind.ENTERPRISE,
        "uscc": uscc(number),
        "address": f"锦里中路{number}号",
        "headcount": 60,
        "actor": world.actor("worker"),
    }
    return units.create(**{**standard, **facts})


def plan_of(world: World, unit: ResidentUnit, begin: date, end: date, **facts: Any) -> ContingencyPlan:
    """A version of the plan of that unit."""
    standard = {"title": "应急预案", "approver": "王主任", "actor": world.actor("worker")}
    return units.add_plan(unit, valid_from=begin, valid_to=end, **{**standard, **facts})
