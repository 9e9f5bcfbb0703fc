"""Resident units: who is stationed in a community, how it is bound to it, when they spoke, and its contingency plan."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from muster.organizations.enums import ContactWay, UnitKind
from muster.toolkit.codes import new_code


class ResidentUnit(models.Model):
    """An organization stationed in a community (驻区单位)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    division_code = models.BigIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    uscc = models.CharField(max_length=18, unique=True)
    address = models.CharField(max_length=120)
    headcount = models.PositiveIntegerField()
    declared_cadre_count = models.PositiveIntegerField(default=0)
    search_keys = ArrayField(models.CharField(max_length=12), default=list)
    linked_at = models.DateTimeField(null=True)  # the active report-in link with its community
    unlinked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="unit_by_division"),
            GinIndex(fields=["search_keys"], name="unit_search"),
        ]
        constraints = [
            models.CheckConstraint(name="unit_headcount_is_positive", condition=models.Q(headcount__gt=0)),
            models.CheckConstraint(
                name="unit_unlinked_after_linked",
                condition=models.Q(unlinked_at__isnull=True)
                | models.Q(unlinked_at__gt=models.F("linked_at")),
            ),
        ]


class ContingencyPlan(models.Model):
    """One version of a unit's contingency plan (R2.13)."""

    unit = models.ForeignKey(ResidentUnit, db_index=False, on_delete=models.CASCADE, related_name="plans")
    division_code = models.BigIntegerField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    approver = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "version"], name="plan_version_once_per_unit"),
            models.CheckConstraint(
                name="plan_ends_after_it_began", condition=models.Q(valid_to__gt=models.F("valid_from"))
            ),
        ]


class UnitContact(models.Model):
    """One contact between a unit and its community (R2.10)."""

    unit = models.ForeignKey(ResidentUnit, db_index=False, on_delete=models.CASCADE, related_name="contacts")
    division_code = models.BigIntegerField()
    at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=ContactWay.choices)
    note = models.CharField(max_length=200)
    by_account_id = models.BigIntegerField(null=True)
    by_label = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["unit", "-at"], name="unit_contact_newest")]
