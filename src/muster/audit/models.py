"""The trail and the disclosures: written once, never changed (a trigger of the database refuses it)."""

from django.db import models
from django.db.models import F, Q

from muster.audit.enums import DataClass, Ledger
from muster.toolkit.codes import new_code


class Entry(models.Model):
    """One deed: who did what to which object, when. Never holds personal data, only codes and states."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=80)  # app.noun.past
    actor_label = models.CharField(max_length=120)
    actor_account_id = models.BigIntegerField(null=True)
    actor_person_id = models.BigIntegerField(null=True)
    actor_address = models.CharField(max_length=64, blank=True)
    object_kind = models.CharField(max_length=60)
    object_code = models.CharField(max_length=40)
    division_code = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    is_drill = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["object_code", "object_kind", "-id"], name="audit_entry_by_object"),
            models.Index(fields=["verb", "-id"], name="audit_entry_by_verb"),
            models.Index(fields=["division_code", "-id"], name="audit_entry_by_division"),
            models.Index(fields=["actor_account_id", "-id"], name="audit_entry_by_actor"),
        ]


class Disclosure(models.Model):
    """One reading of an unmasked field: who, when, whose, which, for what purpose. The person can read this list."""

    at = models.DateTimeField()
    actor_account_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    person_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["person_id", "-id"], name="audit_disclosure_by_person")]


class Seal(models.Model):
    """A fingerprint over the rows `first_id`..`last_id` of a ledger and over the seal before it (norms.md D.4)."""

    ledger = models.CharField(max_length=12, choices=Ledger.choices)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    row_count = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    mark = models.UUIDField()  # keyed with a key outside the database, so that nobody inside it can seal anew
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ledger", "first_id"], name="seal_once_per_row"),
            models.CheckConstraint(name="seal_covers_a_range", condition=Q(last_id__gte=F("first_id"))),
        ]


class Watermark(models.Model):
    """Up to which id a ledger may be sealed once every transaction before `snapshot` has ended."""

    ledger = models.CharField(max_length=12, choices=Ledger.choices, unique=True)
    last_id = models.BigIntegerField()
    snapshot = models.BigIntegerField(null=True)


class Destruction(models.Model):
    """The certificate that rows of one kind were destroyed: how many, how old, on what ground (norms.md D.6)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    model_label = models.CharField(max_length=60)
    data_class = models.CharField(max_length=10, choices=DataClass.choices)
    ground = models.CharField(max_length=160)
    older_than = models.DateTimeField()
    row_count = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_label = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(name="destruction_destroyed_something", condition=Q(row_count__gt=0))
        ]
