"""A unit's person reports in to a community (R2.4, R2.7)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.organizations.models import ResidentUnit
from muster.people.actions import volunteers
from muster.people.models import Person, ReportIn
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def report_in(
    person: Person,
    unit: ResidentUnit,
    division_code: int,
    *,
    on: date,
    valid_to: date,
    actor: Actor,
    at: datetime | None = None,
) -> ReportIn:
    """The report-in of that person, unit and day; reported persons take part as volunteers, so they get a profile.

    Said twice it is one, with the later end. Refuses `report_in_dates` and what `volunteers.enroll` refuses.
    """
    at = at or timezone.now()
    if valid_to < on:
        raise Refused(
            "report_in_dates", _("The report-in would end before it begins. Choose a later last day.")
        )
    with transaction.atomic():
        volunteers.enroll(person, actor=actor, at=at)
        report, created = ReportIn.objects.select_for_update().get_or_create(
            person=person,
            unit=unit,
            reported_on=on,
            defaults={"division_code": division_code, "valid_to": valid_to},
        )
        if not created and report.valid_to >= valid_to:
            return report
        if not created:
            report.valid_to = valid_to
            report.save(update_fields=["valid_to"])
        trail.record(
            "people.report_in.recorded",
            actor=actor,
            obj_kind="person",
            obj_code=person.code,
            division_code=division_code,
            at=at,
            detail={"unit": unit.code, "on": on.isoformat(), "to": valid_to.isoformat()},
        )
    return report
