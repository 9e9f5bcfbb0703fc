"""Who was there: every scan as a fact, and the presence that follows from the accepted ones."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from muster.callups.enums import ScanResult, SupportGiver, SupportKind
from muster.callups.models.answers import Assignment, SamePerson
from muster.callups.models.calls import Post, Shift
from muster.people.models import Person
from muster.records.enums import Evidence


class Attendance(models.Model):
    """The presence of one person in one seat. `during` is open-ended until they check out. Server time wins."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="attendance")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="attendances")
    checked_in_at = models.DateTimeField()
    checked_out_at = models.DateTimeField(null=True)
    device_in_at = models.DateTimeField(null=True)
    device_out_at = models.DateTimeField(null=True)
    evidence_in = models.CharField(max_length=20, choices=Evidence.choices)
    evidence_out = models.CharField(max_length=20, choices=Evidence.choices, blank=True)
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="attendance_no_two_places_at_once",
                expressions=[(SamePerson(), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="attendance_out_after_in",
                condition=Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=F("checked_in_at")),
            ),
        ]


class Scan(models.Model):
    """One attempt to check in, out or undo, accepted or refused, with the clock of the device beside ours."""

    device = models.CharField(max_length=40)
    nonce = models.UUIDField()
    post = models.ForeignKey(Post, db_index=False, on_delete=models.PROTECT, related_name="scans")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="scans")
    deed = models.CharField(max_length=12)  # check_in, check_out, undo, walk_up
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    skew_seconds = models.IntegerField(null=True)
    result = models.CharField(max_length=10, choices=ScanResult.choices)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_message = models.CharField(max_length=240, blank=True)
    by_label = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["post", "-id"], name="scan_by_post")]
        constraints = [
            models.UniqueConstraint(fields=["device", "nonce"], name="scan_sent_twice_is_one"),
            models.CheckConstraint(
                name="scan_refusal_has_its_code", condition=~Q(result="refused") | Q(refusal_code__gt="")
            ),
        ]


class SupportIssue(models.Model):
    """One support item handed to one person on duty (R2.15)."""

    assignment = models.ForeignKey(
        Assignment, db_index=False, on_delete=models.PROTECT, related_name="support_issues"
    )
    kind = models.CharField(max_length=10, choices=SupportKind.choices)
    giver = models.CharField(max_length=10, choices=SupportGiver.choices)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "kind"], name="support_issued_once")]
