"""How long what a call-up knows of people is kept (norms.md D.6).

That somebody was asked, had a seat and was there proves hours, so it stays with the service record and loses its name with the
person. Why somebody could not come is nobody's business two years later, and health may speak from it.
"""

from datetime import datetime, timedelta

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, delete_older
from muster.callups.models import Assignment, Offer

TWO_YEARS = timedelta(days=2 * 365)
HALF_YEAR = timedelta(days=180)
THREE_YEARS = timedelta(days=3 * 365)
PROOF_OF_HOURS = (
    "GB/T 40143-2021 5.2.2: proof of hours, 10 years after the last service; the name ends with the person"
)
NOTES = "norms.md D.6: notes of visits and disputes 2 years"


def forget_why_offered(older_than: datetime, limit: int) -> int:
    """Empties why somebody said no, and why the machine chose him; that he was asked and what he answered stays."""
    told = Offer.objects.filter(asked_at__lt=older_than).exclude(reason="", why={}).order_by("pk")
    return Offer.objects.filter(pk__in=told.values("pk")[:limit]).update(reason="", why={})


def forget_why_ended(older_than: datetime, limit: int) -> int:
    """Empties why somebody gave a seat back."""
    told = Assignment.objects.filter(ended_at__lt=older_than).exclude(end_reason="").order_by("pk")
    return Assignment.objects.filter(pk__in=told.values("pk")[:limit]).update(end_reason="")


RULES = (
    Rule("callups.CallUp", DataClass.SYSTEM, None, "R2.1: who called stays on record with the call-up"),
    Rule("callups.Post", DataClass.SERVICE, None, "who led a post; the name ends with the person"),
    Rule("callups.Offer", DataClass.SERVICE, None, PROOF_OF_HOURS),
    Rule("callups.Offer.reason", DataClass.SERVICE, TWO_YEARS, NOTES, forget_why_offered),
    Rule("callups.Assignment", DataClass.SERVICE, None, PROOF_OF_HOURS),
    Rule("callups.Assignment.end_reason", DataClass.SERVICE, TWO_YEARS, NOTES, forget_why_ended),
    Rule("callups.Attendance", DataClass.SERVICE, None, PROOF_OF_HOURS),
    Rule("callups.SupportIssue", DataClass.SERVICE, None, "R2.15: what was given on duty, with the seat"),
    Rule(
        "callups.Scan",
        DataClass.SYSTEM,
        TWO_YEARS,
        "norms.md D.6: logs at least 6 months, disputes about hours 2 years",
        delete_older("callups.Scan", "at"),
    ),
    Rule(
        "callups.TextReply",
        DataClass.SYSTEM,
        HALF_YEAR,
        "norms.md D.6: logs of the system, at least 6 months",
        delete_older("callups.TextReply", "received_at"),
    ),
    Rule("callups.Ring", DataClass.SYSTEM, TWO_YEARS, NOTES, delete_older("callups.Ring", "rung_at")),
    Rule(
        "callups.ViewPass",
        DataClass.SYSTEM,
        HALF_YEAR,
        "norms.md D.6: logs of the system, at least 6 months after it ended",
        delete_older("callups.ViewPass", "expires_at"),
    ),
    Rule(
        "callups.DispatchRun",
        DataClass.SYSTEM,
        THREE_YEARS,
        "PIPL 24 and 56: how the machine chose can be explained for 3 years",
        delete_older("callups.DispatchRun", "created_at"),
    ),
)
