"""Progress of long work, as a page and a terminal line read it. The queue itself is procrastinate's."""

from django.db import models

from muster.toolkit.codes import new_code


class Run(models.Model):
    """One piece of long work with its progress: rows done of rows expected."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    kind = models.CharField(max_length=60)
    owner_account_id = models.BigIntegerField(null=True)
    division_code = models.BigIntegerField(null=True)
    expected = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default="waiting")
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="run_state_is_known",
                condition=models.Q(state__in=["waiting", "running", "done", "failed"]),
            )
        ]
