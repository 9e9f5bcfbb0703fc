"""How long each kind of personal data is kept, and why (norms.md D.6).

Every package lists its own rules as `RULES` in `<package>/retention.py`; a house test finds a model that has none.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import models

from muster.audit.enums import DataClass

BATCH = 5000


@dataclass(frozen=True)
class Rule:
    """One kind of rows: its class, how long it is kept, on what ground, and how old ones are destroyed.

    `purge(older_than, limit)` destroys at most `limit` rows and returns how many; None where nothing ends by age.
    """

    model_label: str
    data_class: DataClass
    keep: timedelta | None
    ground: str
    purge: Callable[[datetime, int], int] | None = None


def delete_older(label: str, field: str, **also: object) -> Callable[[datetime, int], int]:
    """A `purge` that deletes the rows of model `label` whose `field` is earlier than the limit."""

    def purge(older_than: datetime, limit: int) -> int:
        model: type[models.Model] = apps.get_model(label)
        old = model._default_manager.filter(**{f"{field}__lt": older_than}, **also).values("pk")[:limit]
        deleted, _ = model._default_manager.filter(pk__in=old).delete()
        return deleted

    return purge


def rules() -> list[Rule]:
    """The rules of every installed package, in the order of the floors."""
    found: list[Rule] = []
    for app in apps.get_app_configs():
        name = f"{app.name}.retention"
        if app.name.startswith("muster.") and importlib.util.find_spec(name):
            found.extend(getattr(importlib.import_module(name), "RULES", ()))
    return found


# The trail itself is not ended by a job: the application cannot delete from it. docs/operations.md says how the owner of
# the database archives it after three years.
RULES = (
    Rule(
        "audit.Entry",
        DataClass.SYSTEM,
        None,
        "norms.md D.4: at least 6 months online, 3 years in the archive",
    ),
    Rule("audit.Disclosure", DataClass.SYSTEM, None, "norms.md D.4: the person may read who looked"),
    Rule("audit.Destruction", DataClass.SYSTEM, None, "norms.md D.2: the certificate outlives the data"),
)
