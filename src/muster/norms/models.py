"""Every number of a norm, dated and with its basis; and the mode and level of each place, with who switched it and why."""

from django.db import models

from muster.norms.enums import Basis, Mode, ResponseLevel


class Setting(models.Model):
    """One configurable number or switch, for the province or for one division below it."""

    key = models.CharField(max_length=60)
    value = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    basis = models.CharField(max_length=1, choices=Basis.choices)
    source = models.CharField(max_length=120, blank=True)
    rule_set = models.CharField(max_length=40, default="default")
    division_code = models.BigIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    changed_by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "rule_set", "division_code", "valid_from"],
                name="setting_one_value_a_day",
                nulls_distinct=False,
            )
        ]


class ModeSwitch(models.Model):
    """One switch of a place between routine and emergency. The newest row of a place is its mode; rows are never changed."""

    division_code = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode.choices)
    level = models.PositiveSmallIntegerField(choices=ResponseLevel.choices, default=ResponseLevel.NONE)
    hazard = models.CharField(max_length=40, blank=True)
    ground = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor_account_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["division_code", "-at"], name="mode_switch_newest")]
        constraints = [
            models.CheckConstraint(name="mode_switch_has_a_ground", condition=~models.Q(ground="")),
            models.CheckConstraint(
                name="mode_switch_level_only_in_emergency",
                condition=models.Q(mode="emergency") | models.Q(level=0),
            ),
        ]
