"""Service records: minutes that a person gave, each line with its source and its evidence (Order 67 art. 7)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q

from muster.people.models import Person
from muster.records.enums import DutyKind, Evidence, RecordState
from muster.toolkit.codes import new_code


class ServiceRecord(models.Model):
    """One credited line: who, when, where, what, for whom, how many whole minutes, on what evidence.

    Unique per source, so a replay credits nothing twice. `during` is the credited span; two spans of a person never overlap.
    """

    code = models.CharField(max_length=8, default=new_code)
    person = models.ForeignKey(
        Person, db_index=False, on_delete=models.PROTECT, related_name="service_records"
    )
    division_code = models.BigIntegerField()
    source_kind = models.CharField(max_length=30)
    source_code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=120)
    organizer = models.CharField(max_length=120)
    person_in_charge = models.CharField(max_length=50, blank=True)
    during = DateTimeRangeField(null=True)
    minutes = models.PositiveIntegerField()
    duty_kind = models.CharField(max_length=14, choices=DutyKind.choices)
    evidence = models.CharField(max_length=20, choices=Evidence.choices)
    state = models.CharField(max_length=16, choices=RecordState.choices)
    reasons = models.JSONField(default=list)
    is_drill = models.BooleanField(default=False)
    served_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-served_on", "-id"], name="record_by_person")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="record_code_once"),
            models.UniqueConstraint(fields=["source_kind", "source_code"], name="record_once_per_source"),
            ExclusionConstraint(
                name="record_no_overlap_of_a_person",
                expressions=[
                    (
                        Func(
                            "person_id",
                            "person_id",
                            function="int8range",
                            template="%(function)s(%(expressions)s, '[]')",
                        ),
                        "&&",
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="credited"),
            ),
        ]
