"""How an account wants its pages to look, wherever it signs in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from muster.audit.actions import trail
from muster.people.enums import Theme
from muster.people.models import Account
from muster.toolkit.actor import Actor


def choose(account: Account, look: Mapping[str, str], *, actor: Actor, at: datetime | None = None) -> None:
    """Keeps what `look` says (text, theme, language as toolkit/looks.py names them) and leaves the rest."""
    at = at or timezone.now()
    changes: dict[str, object] = {}
    if "text" in look:
        changes["wants_large_text"] = look["text"] == "large"
    if "theme" in look:
        changes["theme"] = Theme(look["theme"])
    if "language" in look:
        changes["language"] = look["language"]
    if not changes:
        return
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(**changes)
        trail.record(
            "people.account.look_chosen",
            actor=actor,
            obj_kind="account",
            obj_code=account.code,
            division_code=None,
            at=at,
            detail={"chosen": sorted(look)},
        )


def look_of(account: Account) -> dict[str, str]:
    """The look of this account; colors are left to the device where it was never asked."""
    look = {"text": "large" if account.wants_large_text else "normal", "language": account.language}
    if account.theme != Theme.AUTO:
        look["theme"] = account.theme
    return look
