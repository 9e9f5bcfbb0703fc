from django.db import models
from django.utils.translation import gettext_lazy as _


class Ledger(models.TextChoices):
    """The two lists that are written once and never changed."""

    ENTRY = "entry", _("trail")
    DISCLOSURE = "disclosure", _("disclosures")


class DataClass(models.TextChoices):
    """The classes of personal data and when each ends (architecture.md §7)."""

    SERVICE = "service", _("service data")  # 10 years after the last service
    EMERGENCY = "emergency", _("emergency data")  # at the latest when the response ends
    SYSTEM = "system", _("system data")  # accounts, messages, logs
