"""The catalog of skills that comes with Muster, brought into the database."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from muster.people.models import Skill


def load_skills() -> int:
    """Bring the catalog to what data/people says; returns how many there are. A second run changes nothing."""
    path = Path(settings.BASE_DIR) / "data" / "people" / "skills.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    with transaction.atomic():
        for row in rows:
            Skill.objects.update_or_create(code=row["code"], defaults=row)
    return len(rows)
