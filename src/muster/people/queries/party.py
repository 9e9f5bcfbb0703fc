"""Party cadres who reported in: a number, never a name (R2.5)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from muster.organizations.models import ResidentUnit
from muster.people.models import ReportIn

# Where a number is so small that a neighbor could guess who it is, it is not told.
SMALLEST_TOLD = 5


@dataclass(frozen=True)
class CadreCount:
    """Declared by the linked units, and reported in; None where it would point at people."""

    declared: int
    reported_in: int | None


def cadre_report_ins(low: int, high: int, on: date) -> CadreCount:
    """How many party cadres of the linked units of that place are reported in on that day."""
    declared = ResidentUnit.objects.filter(
        division_code__gte=low, division_code__lt=high, linked_at__isnull=False, unlinked_at=None
    ).aggregate(all=Sum("declared_cadre_count"))["all"]
    reported = (
        ReportIn.objects.filter(
            division_code__gte=low,
            division_code__lt=high,
            reported_on__lte=on,
            valid_to__gte=on,
            person__is_party_member=True,
        )
        .values("person")
        .distinct()
        .count()
    )
    return CadreCount(declared or 0, reported if reported >= SMALLEST_TOLD else None)
