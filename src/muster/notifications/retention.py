from datetime import timedelta

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, delete_older

RULES = (
    Rule(
        "notifications.Message",
        DataClass.SYSTEM,
        timedelta(days=180),
        "norms.md D.6: logs of the system, at least 6 months",
        delete_older("notifications.Message", "created_at"),
    ),
    Rule("notifications.Preference", DataClass.SERVICE, None, "kept and erased with the person"),
)
