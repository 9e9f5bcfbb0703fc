"""Places: the divisions of the province by edition, and the compounds, gates and buildings inside a community."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from muster.territory.enums import CompoundKind, DivisionKind, Level, PropertyStatus
from muster.toolkit.codes import new_code


class Division(models.Model):
    """One edition of one administrative division. The row with `valid_to` empty is the one in force.

    `code` is the 12-digit statistical code as a number; all places inside it lie in [code, high).
    """

    code = models.BigIntegerField()
    high = models.BigIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    parent_code = models.BigIntegerField(null=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=80)  # without 居民委员会 and the like, as people say it
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=40, blank=True)
    search_keys = ArrayField(
        models.CharField(max_length=12), default=list
    )  # bigrams of the name, pinyin and initials prefixes
    kind = models.CharField(max_length=10, choices=DivisionKind.choices, blank=True)
    population = models.PositiveIntegerField(null=True)
    household_count = models.PositiveIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    is_position_synthetic = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    replaced_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="division_one_edition_in_force",
                condition=models.Q(valid_to__isnull=True),
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="division_one_edition_a_day"),
            models.CheckConstraint(
                name="division_code_has_twelve_digits",
                condition=models.Q(code__gte=100_000_000_000, code__lt=1_000_000_000_000),
            ),
            models.CheckConstraint(
                name="division_ends_after_it_began",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["parent_code", "code"], name="division_children"),
            models.Index(fields=["level", "code"], name="division_by_level"),
            GinIndex(fields=["search_keys"], name="division_search"),
        ]


class Compound(models.Model):
    """A residential compound or courtyard of one community."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    division_code = models.BigIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=CompoundKind.choices, default=CompoundKind.COMPOUND)
    property_status = models.CharField(max_length=10, choices=PropertyStatus.choices)
    address = models.CharField(max_length=120, blank=True)
    household_count = models.PositiveIntegerField(default=0)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division_code", "name"], name="compound_name_once_per_community")
        ]


class CompoundGate(models.Model):
    """A gate of a compound: where a post can stand."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    compound = models.ForeignKey(Compound, db_index=False, on_delete=models.CASCADE, related_name="gates")
    division_code = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=40)
    admits_vehicles = models.BooleanField(default=False)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="gate_name_once_per_compound")
        ]


class Building(models.Model):
    """A residential building of a compound."""

    compound = models.ForeignKey(Compound, db_index=False, on_delete=models.CASCADE, related_name="buildings")
    division_code = models.BigIntegerField(db_index=True)
    number = models.CharField(max_length=20)
    entrance_count = models.PositiveSmallIntegerField(default=1)
    floor_count = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="building_number_once_per_compound")
        ]
