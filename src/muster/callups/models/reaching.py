"""Beside the page: what people texted back, who rang them, and addresses that show something without signing in."""

from django.db import models
from django.db.models import Q

from muster.callups.enums import PassKind, RingResult, TextAnswer
from muster.callups.models.answers import Offer
from muster.callups.models.calls import CallUp, Post
from muster.people.models import Account, Person
from muster.toolkit.codes import new_code


class TextReply(models.Model):
    """One text message that came in. Its words are not kept, only what they meant and what became of it.

    `sender_index` is the keyed fingerprint of the number, whoever it belongs to. An empty `outcome` means that somebody is
    working on it since `claimed_at`.
    """

    provider_id = models.CharField(max_length=80)
    sender_index = models.UUIDField()
    offer = models.ForeignKey(
        Offer, null=True, db_index=False, on_delete=models.CASCADE, related_name="text_replies"
    )
    answer = models.CharField(max_length=1, choices=TextAnswer.choices, blank=True)  # "": none of the three
    outcome = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    claimed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["offer", "-id"], name="text_reply_by_offer", condition=Q(offer__isnull=False)
            ),
            models.Index(fields=["received_at"], name="text_reply_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="text_reply_once_per_provider_id"),
        ]


class Ring(models.Model):
    """One call by telephone: who had the number shown, when, and what came of it. Nobody is rung by two at once."""

    code = models.CharField(max_length=8, default=new_code)
    offer = models.ForeignKey(Offer, db_index=False, on_delete=models.CASCADE, related_name="rings")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="rings")
    by_label = models.CharField(max_length=120)
    rung_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=RingResult.choices, blank=True)  # "": under way
    noted_at = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True)  # not before

    class Meta:
        indexes = [
            models.Index(fields=["offer", "-id"], name="ring_by_offer"),
            models.Index(fields=["rung_at"], name="ring_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="ring_code_once"),
            models.UniqueConstraint(
                fields=["offer"], name="ring_one_under_way_per_offer", condition=Q(result="")
            ),
            models.CheckConstraint(
                name="ring_noted_has_its_time", condition=Q(result="") | Q(noted_at__isnull=False)
            ),
        ]


class ViewPass(models.Model):
    """An address that shows one thing, read only, to whoever holds it: until it expires or is taken back.

    The address itself is signed (`people.links`) and stored nowhere; this row says that it still counts.
    """

    code = models.CharField(max_length=8, default=new_code)
    kind = models.CharField(max_length=16, choices=PassKind.choices)
    person = models.ForeignKey(
        Person, null=True, db_index=False, on_delete=models.CASCADE, related_name="passes"
    )
    call_up = models.ForeignKey(
        CallUp, null=True, db_index=False, on_delete=models.CASCADE, related_name="passes"
    )
    post = models.ForeignKey(Post, null=True, db_index=False, on_delete=models.CASCADE, related_name="passes")
    language = models.CharField(max_length=10)
    made_by_label = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["call_up"], name="pass_by_call_up", condition=Q(call_up__isnull=False)),
            models.Index(fields=["post"], name="pass_by_post", condition=Q(post__isnull=False)),
            models.Index(fields=["person"], name="pass_by_person", condition=Q(person__isnull=False)),
            models.Index(fields=["expires_at"], name="pass_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="pass_code_once"),
            models.UniqueConstraint(
                fields=["person"],
                name="pass_one_calendar_per_person",
                condition=Q(person__isnull=False, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pass_shows_one_thing",
                condition=Q(kind="my_calendar", person__isnull=False, call_up__isnull=True, post__isnull=True)
                | Q(kind="call_up_calendar", person__isnull=True, call_up__isnull=False, post__isnull=True)
                | Q(kind="wall", person__isnull=True, call_up__isnull=True, post__isnull=False),
            ),
        ]
