"""How long hours are kept (norms.md D.6, GB/T 40143)."""

from muster.audit.enums import DataClass
from muster.audit.retention import Rule

RULES = (
    Rule(
        "records.ServiceRecord",
        DataClass.SERVICE,
        None,
        "GB/T 40143: 10 years after the last service; the person is erased by people, the minutes still add up",
    ),
)
