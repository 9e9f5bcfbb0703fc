"""The catalog of skills."""

import json

from django.conf import settings

from muster.people.models import Skill


def load_skills() -> int:
    """Put the skills of data/skills on file and return how many were new; names may change, codes never go."""
    loaded = 0
    for row in json.loads((settings.BASE_DIR / "data" / "skills" / "skills.json").read_text("utf-8")):
        _skill, created = Skill.objects.update_or_create(code=row.pop("code"), defaults=row)
        loaded += created
    return loaded
