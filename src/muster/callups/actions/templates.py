"""The templates of call-ups that come with Muster, brought into the database."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from muster.callups.models import CallTemplate


def load_templates() -> int:
    """Bring the templates of data/callups to what the file says; returns how many there are. A second run changes nothing."""
    path = Path(settings.BASE_DIR) / "data" / "callups" / "templates.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    with transaction.atomic():
        for position, row in enumerate(rows):
            CallTemplate.objects.update_or_create(
                code=row["code"], defaults={"skill": "", **row, "position": position}
            )
    return len(rows)
