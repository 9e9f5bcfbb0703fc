"""Loading the numbers of the norms and changing them, always with a reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.norms import queries
from muster.norms.enums import Basis
from muster.norms.models import Setting
from muster.norms.rules import figure, fits, within_bound
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

# The day of the notice: the defaults count from then on.
SINCE = date(2022, 4, 12)


def load_defaults() -> int:
    """Write the defaults of the tree into the database. Returns how many were new or different; what people set stays."""
    held = {
        row.key: row
        for row in Setting.objects.filter(division_code=None, changed_by_label="", valid_from=SINCE)
    }
    changed = 0
    with transaction.atomic():
        for norm in queries.norms().values():
            facts = {"value": norm.value, "unit": norm.unit, "basis": norm.basis, "source": norm.source}
            row = held.get(norm.key)
            if row is None:
                Setting.objects.create(key=norm.key, rule_set=queries.RULE_SET, valid_from=SINCE, **facts)
            elif any(getattr(row, name) != value for name, value in facts.items()):
                Setting.objects.filter(pk=row.pk).update(**facts)
            else:
                continue
            changed += 1
    queries.forget()
    return changed


def change(
    key: str,
    value: Any,
    *,
    division_code: int,
    reason: str,
    actor: Actor,
    valid_from: date | None = None,
    valid_to: date | None = None,
    at: datetime | None = None,
) -> Setting:
    """Set a number for a place and what lies below it, from a day on (today).

    Refuses `no_reason`, `wrong_kind` of value, `beyond_law` for less (or more) than the notice or the law asks, and
    `wrong_days`. A second change for the same day replaces the first; the trail keeps both.
    """
    at = at or timezone.now()
    norm = queries.norms()[key]
    valid_from = valid_from or timezone.localdate(at)
    _check(norm, value, reason, valid_from, valid_to)
    with transaction.atomic():
        before = queries.effective(key, division_code, valid_from).value
        row, _created = Setting.objects.update_or_create(
            key=key,
            rule_set=queries.RULE_SET,
            division_code=division_code,
            valid_from=valid_from,
            defaults={
                "value": value,
                "unit": norm.unit,
                "basis": norm.basis if value == norm.value else Basis.DEFAULT,
                "source": reason[:120],
                "valid_to": valid_to,
                "changed_by_label": actor.label[:120],
            },
        )
        trail.record(
            "norms.setting.changed",
            actor=actor,
            obj_kind="setting",
            obj_code=key[:40],
            division_code=division_code,
            at=at,
            detail={
                "from": before,
                "to": value,
                "valid_from": str(valid_from),
                "valid_to": str(valid_to or ""),
            },
        )
        transaction.on_commit(queries.forget)
    queries.forget()
    return row


def _check(norm: queries.Norm, value: Any, reason: str, valid_from: date, valid_to: date | None) -> None:
    if not reason.strip():
        raise Refused("no_reason", _("Say why you change this number. The reason is shown beside it."))
    if not fits(value, norm.value):
        raise Refused(
            "wrong_kind",
            _("This has to be a number like the default: %(value)s.")
            % {"value": figure(norm.value, norm.unit)},
        )
    if not within_bound(value, norm.value, norm.bound):
        raise Refused("beyond_law", _beyond(norm))
    if valid_to is not None and valid_to <= valid_from:
        raise Refused("wrong_days", _("The last day lies before the first. Change one of them."))


def _beyond(norm: queries.Norm) -> str:
    words = {
        "least": _("The notice or the law asks for at least %(value)s. You may set more, not less."),
        "most": _("The notice or the law allows at most %(value)s. You may set less, not more."),
        "exactly": _("The notice or the law fixes this number: %(value)s."),
    }
    return words[norm.bound] % {"value": figure(norm.value, norm.unit)}
