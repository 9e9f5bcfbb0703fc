"""The norms hold no personal data but the names of the officers who set them, kept with the setting."""

from muster.audit.enums import DataClass
from muster.audit.retention import Rule

RULES = (
    Rule("norms.ModeSwitch", DataClass.SYSTEM, None, "R1.4: every switch stays on record"),
    Rule("norms.Setting", DataClass.SYSTEM, None, "norms.md G.8: who changed a number is shown beside it"),
)
