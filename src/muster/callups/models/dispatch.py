"""One run of the dispatch kernel: what went in, what came out, who confirmed it, and what became of it."""

from django.db import models
from django.db.models import Q

from muster.callups.enums import DispatchState
from muster.callups.models.calls import CallUp
from muster.people.models import Account
from muster.toolkit.codes import new_code


class DispatchRun(models.Model):
    """A plan for one call-up, or for all of a place at once. It is advice until somebody in command confirms it (R2.8, PIPL
    art. 24).

    `division_code`: the place whose people and posts it plans. `objective` and `lower_bound` in kilometer equivalents;
    `gap` is what lies between them as a share of the objective, None where nothing is proved.
    """

    code = models.CharField(max_length=8, unique=True, default=new_code)
    division_code = models.BigIntegerField()
    is_drill = models.BooleanField(default=False)
    call_up = models.ForeignKey(
        CallUp, null=True, on_delete=models.CASCADE, related_name="dispatch_runs"
    )  # null: every call-up that runs in the place
    adjusts = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="adjustments"
    )  # the confirmed run whose people it moves as little as it can
    state = models.CharField(max_length=10, choices=DispatchState.choices, default=DispatchState.PLANNING)
    work_code = models.CharField(
        max_length=8, blank=True
    )  # of the jobs.Run that shows how far the planning is
    failure = models.CharField(max_length=200, blank=True)
    input_digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=20, blank=True)
    objective = models.FloatField(null=True)
    lower_bound = models.FloatField(null=True)
    gap = models.FloatField(null=True)
    people_count = models.PositiveIntegerField(default=0)
    seat_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True)
    plan = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="dispatch_runs")
    created_by_label = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="confirmed_runs"
    )
    confirmed_by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "-id"], name="dispatch_run_by_division")]
        constraints = [
            models.CheckConstraint(
                name="dispatch_run_ready_has_its_plan",
                condition=~Q(state="ready")
                | (~Q(status="") & ~Q(input_digest="") & Q(seconds__isnull=False)),
            ),
            models.CheckConstraint(
                name="dispatch_run_failed_says_why", condition=~Q(state="failed") | ~Q(failure="")
            ),
            models.CheckConstraint(
                name="dispatch_run_proven_has_no_gap", condition=~Q(status="proven") | Q(gap=0)
            ),
            models.CheckConstraint(
                name="dispatch_run_confirmed_had_a_plan", condition=Q(confirmed_at=None) | Q(state="ready")
            ),
        ]


class DispatchPart(models.Model):
    """What a run plans for one of its call-ups, and what became of it; carried out on its own, whatever the others do."""

    run = models.ForeignKey(DispatchRun, db_index=False, on_delete=models.CASCADE, related_name="parts")
    call_up = models.ForeignKey(CallUp, on_delete=models.CASCADE, related_name="dispatch_parts")
    seat_count = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, blank=True)  # code of why it was left out as a whole
    outcome = models.JSONField(default=dict)  # people by way, and who could not be sent any more

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "call_up"], name="dispatch_part_once_per_call_up"),
            models.CheckConstraint(
                name="dispatch_part_left_out_is_done", condition=Q(refusal="") | Q(done_at__isnull=False)
            ),
        ]
