"""One run of the dispatch kernel: what went in, what came out, who confirmed it."""

from django.db import models

from muster.callups.models.calls import CallUp
from muster.people.models import Account
from muster.toolkit.codes import new_code


class DispatchRun(models.Model):
    """A plan for a call-up. It is advice until a role of the community committees confirms it (R2.8, PIPL art. 24)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    call_up = models.ForeignKey(CallUp, on_delete=models.CASCADE, related_name="dispatch_runs")
    input_digest = models.CharField(max_length=64)
    status = models.CharField(max_length=20)
    objective = models.FloatField()
    people_count = models.PositiveIntegerField()
    seat_count = models.PositiveIntegerField()
    plan = models.JSONField()
    created_at = models.DateTimeField()
    created_by_label = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by_label = models.CharField(max_length=120, blank=True)
    outcome = models.JSONField(null=True)  # what became of it, so that a second tap is answered as the first
