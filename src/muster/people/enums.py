from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleKind(models.TextChoices):
    """What a person may be entrusted with. Regular volunteers need no role: a person with a profile is one."""

    COMMUNITY_WORKER = "community_worker", _("community worker")  # acts for the community committees
    TOWNSHIP_OVERSEER = "township_overseer", _("township overseer")
    COUNTY_OVERSEER = "county_overseer", _("county overseer")
    CITY_OVERSEER = "city_overseer", _("city overseer")
    PROVINCE_OVERSEER = "province_overseer", _("province overseer")
    UNIT_LIAISON = "unit_liaison", _("unit liaison")
    SHIFT_LEADER = "shift_leader", _("shift leader")
    GUARD = "guard", _("gate guard")
    AUDITOR = "auditor", _("auditor")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")


OVERSEERS = (
    RoleKind.TOWNSHIP_OVERSEER,
    RoleKind.COUNTY_OVERSEER,
    RoleKind.CITY_OVERSEER,
    RoleKind.PROVINCE_OVERSEER,
)
# What those who run a community may entrust others with, inside it. Everything else is the administrator's.
LOCAL_KINDS = (RoleKind.SHIFT_LEADER, RoleKind.GUARD, RoleKind.UNIT_LIAISON)
# norms.md D.4: two factors for all back-office roles.
TWO_FACTOR_ROLES = (*OVERSEERS, RoleKind.AUDITOR, RoleKind.SYSTEM_ADMINISTRATOR)


class Department(models.TextChoices):
    """The seven departments that issued the notice; the list is data (norms.md G.5)."""

    CIVIL_AFFAIRS = "civil_affairs", _("civil affairs department")
    PARTY_ORGANIZATION = "party_organization", _("Party organization department")
    CIVILIZATION_OFFICE = "civilization_office", _("civilization office")
    FINANCE = "finance", _("finance department")
    HOUSING = "housing", _("housing department")
    HEALTH = "health", _("health commission")
    YOUTH_LEAGUE = "youth_league", _("Youth League")


class ForceClass(models.TextChoices):
    """Four named classes of the regular force (R1.1), five of the auxiliary force (R1.2), and others of both."""

    COMMITTEE_MEMBER = "committee_member", _("community committee member")  # 社区“两委”
    FULL_TIME_WORKER = "full_time_worker", _("full-time community worker")  # 专职工作者
    GROUP_LEADER = "group_leader", _("residents' group leader")  # 小组长
    GRID_WORKER = "grid_worker", _("grid worker")  # 网格员
    OTHER_REGULAR = "other_regular", _("other regular force")
    REPORTED_PERSON = "reported_person", _("person reported in by a unit")  # 驻区单位报到人员
    PROPERTY_STAFF = "property_staff", _("property company staff")
    SOCIAL_ORGANIZATION_MEMBER = "social_organization_member", _("social organization member")
    SOCIAL_WORKER = "social_worker", _("professional social worker")
    VOLUNTEER = "volunteer", _("volunteer")
    OTHER_AUXILIARY = "other_auxiliary", _("other auxiliary force")


REGULAR_FORCE = (
    ForceClass.COMMITTEE_MEMBER,
    ForceClass.FULL_TIME_WORKER,
    ForceClass.GROUP_LEADER,
    ForceClass.GRID_WORKER,
    ForceClass.OTHER_REGULAR,
)
AUXILIARY_FORCE = tuple(one for one in ForceClass if one not in REGULAR_FORCE)


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    UNKNOWN = "unknown", _("not stated")


class VolunteerState(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    LEFT = "left", _("left")


class Willingness(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not asked")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("consent (PIPL art. 13.1)")
    STATUTORY_DUTY = "statutory_duty", _("statutory duty (PIPL art. 13.3)")
    EMERGENCY = "emergency", _("public-health emergency (PIPL art. 13.4)")


class LiaisonSide(models.TextChoices):
    UNIT = "unit", _("of the unit")
    COMMUNITY = "community", _("of the community")


class Theme(models.TextChoices):
    AUTO = "auto", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class HealthLimit(models.TextChoices):
    """What a body cannot do, said without saying why (R2.6); a task's demands are named with the same codes."""

    NO_NIGHT = "no_night", _("no night shift")
    NO_STANDING = "no_standing", _("no long standing")
    NO_LIFTING = "no_lifting", _("no heavy lifting")
    NO_STAIRS = "no_stairs", _("no stairs")
    NO_OUTDOORS = "no_outdoors", _("no heat or cold outdoors")
    NO_CONTACT = "no_contact", _("no close contact")


class ConsentPurpose(models.TextChoices):
    """What a person is asked to agree to, one by one (PIPL art. 14, 23, 25, 29)."""

    VOLUNTEER_SERVICE = "volunteer_service", _("Being registered and called as a volunteer")
    HEALTH_LIMITS = "health_limits", _("Keeping what I cannot do, so that I am not asked for it")
    UNIT_SHARING = "unit_sharing", _("Telling my unit whether I came")


class ReadingPurpose(models.TextChoices):
    """Why an unmasked field is read; the person reads it too."""

    CALL_UP = "call_up", _("to reach you about a call-up")
    IDENTITY = "identity", _("to check who you are")
    INSURANCE = "insurance", _("to insure you")
    SAFETY = "safety", _("for your safety or somebody else's")
    CORRECTION = "correction", _("to correct what is on file")
    ROLL = "roll", _("to call the roll at your post")


class SealedField(models.TextChoices):
    """The fields of a person that are shown masked until somebody says why they must be read."""

    PHONE = "phone", _("phone number")
    ID_NUMBER = "id_number", _("ID number")
    ADDRESS = "address", _("address")


# A name is not masked, but on paper it leaves the screen; the person reads who took it along.
PRINTED_NAME = "printed_name"
READ_FIELDS = {**dict(SealedField.choices), PRINTED_NAME: _("name on a printed list")}
# For which a sealed field may be read; a roll has none.
REVEALING = tuple(one for one in ReadingPurpose.choices if one[0] != ReadingPurpose.ROLL)


class Period(models.IntegerChoices):
    """A quarter of the day, in the order of `kernel.spans`."""

    NIGHT = 0, _("night 0–6")
    MORNING = 1, _("morning 6–12")
    AFTERNOON = 2, _("afternoon 12–18")
    EVENING = 3, _("evening 18–24")

    @property
    def short(self) -> str:
        """One word, where a phone has no room for hours."""
        return str(SHORT_PERIODS[self])


SHORT_PERIODS = {
    Period.NIGHT: _("night"),
    Period.MORNING: _("morning"),
    Period.AFTERNOON: _("afternoon"),
    Period.EVENING: _("evening"),
}


# The level of the place that each role is over; the others may be over a place of any level.
ROLE_LEVELS = {
    RoleKind.COMMUNITY_WORKER: 12,
    RoleKind.TOWNSHIP_OVERSEER: 9,
    RoleKind.COUNTY_OVERSEER: 6,
    RoleKind.CITY_OVERSEER: 4,
    RoleKind.PROVINCE_OVERSEER: 2,
}
