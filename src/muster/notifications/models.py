"""One table of messages, whatever the channel. A message is sent once per send key."""

from django.db import models

from muster.notifications.enums import Channel, MessageState, OptionalTopic
from muster.notifications.rules import failure_words, masked_address
from muster.toolkit.codes import new_code
from muster.toolkit.fields import EncryptedTextField


class Message(models.Model):
    """One message to one recipient over one channel, with what became of it.

    `person_id` names the recipient without a foreign key, because people stand on a higher floor.
    """

    code = models.CharField(max_length=8, default=new_code)
    send_key = models.CharField(max_length=120)
    topic = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_code = models.CharField(max_length=40, blank=True)
    person_id = models.BigIntegerField(null=True)
    division_code = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    address = EncryptedTextField(blank=True)
    title = models.CharField(max_length=120, blank=True)
    body = EncryptedTextField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    is_drill = models.BooleanField(default=False)
    is_synthetic = models.BooleanField(default=False)  # its recipient was made up for a demo or a drill
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="message_waiting",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["subject_kind", "subject_code", "state"], name="message_by_subject"),
            models.Index(fields=["person_id", "-id"], name="message_by_person"),
            models.Index(fields=["created_at"], name="message_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["send_key"], name="message_send_key_once"),
            models.UniqueConstraint(fields=["code"], name="message_code_once"),
            models.CheckConstraint(
                name="message_state_is_known", condition=models.Q(state__in=MessageState.values)
            ),
            models.CheckConstraint(
                name="message_sent_has_its_time",
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
            ),
        ]

    @property
    def failure(self) -> str:
        """Why it did not arrive, in words."""
        return failure_words(self.error)

    @property
    def masked_address(self) -> str:
        """The address as a list shows it."""
        return masked_address(self.address)


class Preference(models.Model):
    """Which channel a person wants for a topic; "" as topic is for all others, "" as channel is not at all."""

    person_id = models.BigIntegerField()
    topic = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "topic"], name="preference_one_per_topic"),
            models.CheckConstraint(
                name="preference_silences_what_is_optional",
                condition=~models.Q(channel="") | models.Q(topic__in=OptionalTopic.values),
            ),
        ]
