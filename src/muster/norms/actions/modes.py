"""Switching a place between routine and emergency (R1.4): who, when, on what ground, for which place."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.norms import queries
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.models import ModeSwitch
from muster.toolkit import locks
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

# A response level is declared by a county or above (突发事件应对法 art. 71); a community or township may only say that it is
# in emergency mode.
DECLARERS = ("county_overseer", "city_overseer", "province_overseer")


def switch(
    division_code: int,
    *,
    mode: Mode,
    level: ResponseLevel = ResponseLevel.NONE,
    ground: str,
    hazard: str = "",
    actor: Actor,
    at: datetime | None = None,
) -> ModeSwitch:
    """Switch a place and all below it. The row is kept for ever; the next one supersedes it.

    Refuses `no_ground`, `level_in_routine`, `level_above_rank`, and `already_so` when nothing would change.
    """
    at = at or timezone.now()
    if not ground.strip():
        raise Refused("no_ground", _("Name the order or the event. It is kept with the switch."))
    if mode == Mode.ROUTINE and level != ResponseLevel.NONE:
        raise Refused(
            "level_in_routine", _("Routine has no response level. Choose the emergency mode, or no level.")
        )
    if level != ResponseLevel.NONE and not actor.has(*DECLARERS, division_code=division_code):
        raise Refused(
            "level_above_rank",
            _(
                "A response level is declared by the county or above. Switch to the emergency mode without a level."
            ),
        )
    with transaction.atomic():
        # A place that nobody switched yet has no row; two who order the same at once must not both get theirs.
        locks.one_at_a_time("norms.mode", division_code)
        now = queries.mode_of(division_code)
        if now.since is not None and (now.mode, now.level, now.hazard) == (mode, level, hazard):
            raise Refused("already_so", _("This place is in that mode already. Nothing was changed."))
        row = ModeSwitch.objects.create(
            division_code=division_code,
            mode=mode,
            level=level,
            hazard=hazard,
            ground=ground.strip(),
            at=at,
            actor_account_id=actor.account_id,
            actor_label=actor.label[:120],
        )
        trail.record(
            "norms.mode.switched",
            actor=actor,
            obj_kind="division",
            obj_code=str(division_code),
            division_code=division_code,
            at=at,
            detail={"from": now.mode, "to": mode, "level": int(level), "hazard": hazard},
        )
    return row
