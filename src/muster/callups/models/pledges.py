"""What units were asked, what they answered, and the seats held for them until they name people."""

from django.db import models
from django.db.models import F, Q

from muster.callups.enums import UnitCallState
from muster.callups.models.calls import CallUp, Slot
from muster.organizations.models import ResidentUnit
from muster.toolkit.codes import new_code


class UnitCall(models.Model):
    """One unit called for one call-up, with its answer (R2.1)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    call_up = models.ForeignKey(CallUp, db_index=False, on_delete=models.CASCADE, related_name="unit_calls")
    unit = models.ForeignKey(
        ResidentUnit, db_index=False, on_delete=models.PROTECT, related_name="unit_calls"
    )
    division_code = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=UnitCallState.choices, default=UnitCallState.CALLED)
    asked_headcount = models.PositiveIntegerField(default=0)
    pledged_headcount = models.PositiveIntegerField(default=0)
    called_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-id"], name="unit_call_by_unit")]
        constraints = [
            models.UniqueConstraint(fields=["call_up", "unit"], name="unit_called_once_per_call_up"),
            models.CheckConstraint(
                name="unit_decline_has_its_reason", condition=~Q(state="declined") | Q(decline_reason__gt="")
            ),
        ]


class Pledge(models.Model):
    """The seats of one slot that one unit pledged. `held` of them still wait for a name; after the deadline they fall free."""

    unit_call = models.ForeignKey(UnitCall, db_index=False, on_delete=models.CASCADE, related_name="pledges")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="pledges")
    headcount = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit_call", "slot"], name="pledge_once_per_unit_and_slot"),
            models.CheckConstraint(
                name="pledge_holds_no_more_than_pledged", condition=Q(held__lte=F("headcount"))
            ),
        ]
