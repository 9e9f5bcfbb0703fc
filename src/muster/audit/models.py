"""The trail and the disclosures: written once, never changed (a trigger of the database refuses it)."""

from django.db import models


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
            models.Index(fields=["object_kind", "object_code", "-id"], name="audit_entry_by_object"),
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
