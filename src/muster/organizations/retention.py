"""How long what is known about resident units is kept (norms.md D.6). Units are no persons; their contacts name who spoke."""

from datetime import timedelta

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, delete_older

TWO_YEARS = timedelta(days=2 * 365)

RULES = (
    Rule(
        "organizations.ResidentUnit", DataClass.SYSTEM, None, "a register of organizations, no personal data"
    ),
    Rule("organizations.ContingencyPlan", DataClass.SYSTEM, None, "R2.13: every version stays on record"),
    Rule(
        "organizations.UnitContact",
        DataClass.SERVICE,
        TWO_YEARS,
        "norms.md D.6: notes of contacts 2 years",
        delete_older("organizations.UnitContact", "at"),
    ),
)
