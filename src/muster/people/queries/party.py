"""Party cadres who reported in: figures that point at nobody, never a name (R2.5)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from muster.norms.queries import number
from muster.norms.rules import Told, told
from muster.organizations.models import ResidentUnit
from muster.people.models import ReportIn


@dataclass(frozen=True)
class CadreCount:
    """Declared by the linked units, and reported in, as far as either may be told."""

    declared: Told
    reported_in: Told


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
    step = int(number("privacy.smallest_told", low, on))
    return CadreCount(told(declared or 0, step), told(reported, step))
