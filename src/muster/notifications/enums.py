from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    CONSOLE = "console", _("Console")
    FILE = "file", _("File")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    GROUP_BOT = "group_bot", _("Group bot")


class OptionalTopic(models.TextChoices):
    """What a person may do without. Questions, seats, orders and stand-downs reach everybody."""

    REMINDERS = "remind", _("reminders before the time to answer and before the muster")
    THANKS = "thanked", _("a word when enough others have said yes")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


MOVES: dict[str, frozenset[str]] = {
    MessageState.QUEUED: frozenset({MessageState.SENDING, MessageState.CANCELED}),
    MessageState.SENDING: frozenset({MessageState.SENT, MessageState.FAILED, MessageState.QUEUED}),
    MessageState.FAILED: frozenset({MessageState.QUEUED}),
    MessageState.SENT: frozenset(),
    MessageState.CANCELED: frozenset(),
}
