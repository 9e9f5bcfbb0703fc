"""Who a person is (one table of identity), what they can and want to do, and what they are entrusted with."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from muster.organizations.models import ResidentUnit
from muster.people.enums import (
    Department,
    ForceClass,
    LegalBasis,
    LiaisonSide,
    RoleKind,
    Sex,
    Theme,
    VolunteerState,
    Willingness,
)
from muster.toolkit.codes import new_code
from muster.toolkit.fields import EncryptedTextField


class Person(models.Model):
    """A human being: the only table that holds identity, contact and every encrypted field of it."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    division_code = models.BigIntegerField()  # the community where the person lives or serves
    name = models.CharField(max_length=50)
    search_keys = ArrayField(models.IntegerField(), default=list)  # keyed bigrams of the name (norms.md D.5)
    sex = models.CharField(max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_on = models.DateField(null=True)
    id_number = EncryptedTextField(blank=True)
    id_number_index = models.UUIDField(null=True)
    phone = EncryptedTextField(blank=True)
    phone_index = models.UUIDField(null=True)
    address = EncryptedTextField(blank=True)
    lon = models.FloatField(null=True)  # of the compound, never of the flat
    lat = models.FloatField(null=True)
    force_class = models.CharField(max_length=30, choices=ForceClass.choices, default=ForceClass.VOLUNTEER)
    unit = models.ForeignKey(ResidentUnit, null=True, on_delete=models.PROTECT, related_name="people")
    is_party_member = models.BooleanField(default=False)  # sensitive: aggregates and the solver only
    has_smartphone = models.BooleanField(default=True)
    is_synthetic = models.BooleanField(
        default=False
    )  # demo and drill people: no real message is ever sent to them
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="person_by_division"),
            models.Index(fields=["division_code", "force_class", "id"], name="person_by_force"),
            models.Index(fields=["unit", "id"], name="person_by_unit", condition=Q(unit__isnull=False)),
            GinIndex(fields=["search_keys"], name="person_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_index"],
                name="person_id_number_once",
                condition=Q(id_number_index__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["phone_index"], name="person_phone_once", condition=Q(phone_index__isnull=False)
            ),
        ]


class Accounts(BaseUserManager["Account"]):
    """What django.contrib.auth asks of a manager; accounts are made by people.actions."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A way to sign in. A volunteer may have none: signed links are enough."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    login = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    totp_secret = EncryptedTextField(blank=True)
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code is good once
    signed_out_at = models.DateTimeField(null=True)  # sessions that began before are over
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.AUTO)
    wants_large_text = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Accounts()

    USERNAME_FIELD = "login"


class Role(models.Model):
    """One role of one account, over a place or over an organization, between two dates."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=24, choices=RoleKind.choices)
    division_code = models.BigIntegerField(null=True)
    unit = models.ForeignKey(ResidentUnit, null=True, on_delete=models.PROTECT, related_name="roles")
    department = models.CharField(max_length=24, choices=Department.choices, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    granted_by_label = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "kind"], name="role_by_division")]
        constraints = [
            models.CheckConstraint(
                name="role_is_over_a_place_or_a_unit",
                condition=Q(division_code__isnull=False, unit__isnull=True)
                | Q(division_code__isnull=True, unit__isnull=False),
            ),
            models.CheckConstraint(
                name="role_ends_after_it_began",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
            ),
        ]


class Skill(models.Model):
    """One skill of the catalog."""

    code = models.SlugField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)


class VolunteerProfile(models.Model):
    """What a person offers as a volunteer: skills, limits, willingness, when they can (R2.6, R2.7, R4.7, R4.8)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="volunteer")
    division_code = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=VolunteerState.choices, default=VolunteerState.ACTIVE)
    skills = ArrayField(models.CharField(max_length=30), default=list)
    trainings = ArrayField(models.CharField(max_length=30), default=list)
    health_limits = ArrayField(
        models.CharField(max_length=30), default=list
    )  # of norms: no_night, no_standing …
    task_kinds = ArrayField(models.CharField(max_length=30), default=list)
    availability = models.IntegerField(default=0b1111_1111_1111_1111_1111_1111_1111)  # 7 days x 4 periods
    emergency_willing = models.CharField(
        max_length=8, choices=Willingness.choices, default=Willingness.UNKNOWN
    )
    willingness_at = models.DateTimeField(null=True)
    is_backbone = models.BooleanField(default=False)
    insured_until = models.DateField(null=True)
    guardian_name = models.CharField(max_length=50, blank=True)
    guardian_consented_at = models.DateTimeField(null=True)
    age_exception_reason = models.CharField(max_length=200, blank=True)
    age_exception_by_label = models.CharField(max_length=120, blank=True)
    # Who answers for it that somebody without a date of birth on file is of age: the unit that sends, the leader who sees.
    adult_vouched_by_label = models.CharField(max_length=120, blank=True)
    quiet_from_minute = models.PositiveSmallIntegerField(null=True)
    quiet_to_minute = models.PositiveSmallIntegerField(null=True)
    asked_count = models.PositiveIntegerField(default=0)
    accepted_count = models.PositiveIntegerField(default=0)
    last_asked_at = models.DateTimeField(null=True)
    last_served_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "person"], name="volunteer_by_division"),
            models.Index(
                fields=["division_code", "emergency_willing"],
                name="volunteer_callable",
                condition=Q(state="active"),
            ),
        ]


class ConsentText(models.Model):
    """One version of the words a person agrees to, with purpose and legal basis (PIPL art. 14, 17)."""

    purpose = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=120)
    body = models.TextField()
    legal_basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version", "language"], name="consent_text_once")
        ]


class Consent(models.Model):
    """That a person agreed to one version, how, and when they took it back."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    given_at = models.DateTimeField()
    given_through = models.CharField(max_length=20)  # page, link, paper, unit
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                name="consent_one_in_force",
                condition=Q(withdrawn_at__isnull=True),
            )
        ]


class ReportIn(models.Model):
    """A unit's person reports in to a community (R2.4): from when to when, with which hours and skills."""

    person = models.ForeignKey(Person, db_index=False, on_delete=models.CASCADE, related_name="report_ins")
    unit = models.ForeignKey(ResidentUnit, on_delete=models.PROTECT, related_name="report_ins")
    division_code = models.BigIntegerField()
    reported_on = models.DateField()
    valid_to = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "unit"], name="report_in_by_division")]
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "reported_on"], name="report_in_once_a_day"),
            models.CheckConstraint(
                name="report_in_ends_after_it_began", condition=Q(valid_to__gte=models.F("reported_on"))
            ),
        ]


class Liaison(models.Model):
    """The named contact between a unit and its community, on one side of the two (R2.10)."""

    unit = models.ForeignKey(ResidentUnit, on_delete=models.CASCADE, related_name="liaisons")
    division_code = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="liaisons")
    side = models.CharField(max_length=10, choices=LiaisonSide.choices)
    began_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "side"],
                name="liaison_one_in_office_per_side",
                condition=Q(ended_on__isnull=True),
            )
        ]


class ReserveTeam(models.Model):
    """A unit's reserve team (预备队伍), R2.12."""

    unit = models.OneToOneField(ResidentUnit, on_delete=models.CASCADE, related_name="reserve_team")
    division_code = models.BigIntegerField()
    name = models.CharField(max_length=80)
    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="led_reserve_teams")
    created_at = models.DateTimeField(auto_now_add=True)


class ReserveTeamMember(models.Model):
    """One member of a reserve team."""

    team = models.ForeignKey(ReserveTeam, db_index=False, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reserve_memberships")
    joined_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="reserve_member_once")]


class SignInCode(models.Model):
    """A one-time code sent to a phone. Only its keyed fingerprint is kept."""

    phone_index = models.UUIDField()
    code_index = models.UUIDField()
    address = models.CharField(max_length=64, blank=True)  # of the network it was asked for from
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "-sent_at"], name="sign_in_code_newest"),
            models.Index(
                fields=["address", "-sent_at"], name="sign_in_code_by_address", condition=~Q(address="")
            ),
        ]
