from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """The three kinds of resident unit that the notice names (R2.3)."""

    PUBLIC_BODY = "public_body", _("public body")  # 机关事业单位
    ENTERPRISE = "enterprise", _("enterprise")
    SOCIAL_ORGANIZATION = "social_organization", _("social organization")


class ContactWay(models.TextChoices):
    PHONE = "phone", _("phone call")
    VISIT = "visit", _("visit")
    MEETING = "meeting", _("meeting")
    MESSAGE = "message", _("message")
    OTHER = "other", _("other")
