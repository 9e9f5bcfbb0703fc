from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Levels of the statistical division code, by the digits that name them (norms.md E.3)."""

    PROVINCE = 2, _("province")
    CITY = 4, _("city")
    COUNTY = 6, _("county")
    TOWNSHIP = 9, _("township")
    COMMUNITY = 12, _("community")


class DivisionKind(models.TextChoices):
    """What a division of the lowest level is; empty above it."""

    COMMUNITY = "community", _("community")  # 社区
    VILLAGE = "village", _("village")  # 村
    OTHER = "other", _("other")


class CompoundKind(models.TextChoices):
    COMPOUND = "compound", _("residential compound")  # 小区
    COURTYARD = "courtyard", _("courtyard")  # 院落


class PropertyStatus(models.TextChoices):
    MANAGED = "managed", _("managed")
    PARTLY = "partly", _("partly managed")
    NONE = "none", _("without property service")
