"""How long what is known of people is kept (norms.md D.6)."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, delete_older
from muster.notifications.models import Preference
from muster.people.models import Account, Consent, Person, ReportIn, Role, VolunteerProfile
from muster.people.rules import erased_values

TEN_YEARS = timedelta(days=3653)
SERVICE_GROUND = "GB/T 40143-2021 5.2.2: 10 years after the last service"
WITH_THE_PERSON = "erased with the person"


def erase_idle(older_than: datetime, limit: int) -> int:
    """Erase the identity of people whose last service, or registration, is older; not of those who hold an office.

    The row stays without a name, as `persons.erase` leaves it: seats and hours of others still add up.
    """
    in_office = Role.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=older_than), account__person=OuterRef("pk")
    )
    # Greatest() passes over what is null.
    last = Greatest(
        "created_at", "volunteer__registered_at", Coalesce("volunteer__last_served_at", F("created_at"))
    )
    idle = (
        Person.objects.filter(~Exists(in_office), erased_at=None)
        .annotate(last=last)
        .filter(last__lt=older_than)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    ids = list(idle)
    for model in (VolunteerProfile, Consent, ReportIn):
        model.objects.filter(person_id__in=ids).delete()
    Account.objects.filter(person_id__in=ids).delete()
    Preference.objects.filter(person_id__in=ids).delete()
    return Person.objects.filter(pk__in=ids).update(**erased_values(timezone.now()))


RULES = (
    Rule("people.Person", DataClass.SERVICE, TEN_YEARS, SERVICE_GROUND, erase_idle),
    Rule("people.VolunteerProfile", DataClass.SERVICE, None, WITH_THE_PERSON),
    Rule("people.Account", DataClass.SYSTEM, None, WITH_THE_PERSON),
    Rule(
        "people.Role", DataClass.SYSTEM, None, "norms.md D.4: who was entrusted with what, with the account"
    ),
    Rule("people.Consent", DataClass.SERVICE, None, "PIPL 14: proof of the consent, " + WITH_THE_PERSON),
    Rule("people.ReportIn", DataClass.SERVICE, None, WITH_THE_PERSON),
    Rule("people.Liaison", DataClass.SERVICE, None, "who spoke for a unit; erased with the person's name"),
    Rule("people.ReserveTeam", DataClass.SERVICE, None, "ends with the unit; erased with the leader's name"),
    Rule(
        "people.ReserveTeamMember",
        DataClass.SERVICE,
        None,
        "ends with the team; erased with the person's name",
    ),
    Rule(
        "people.SignInCode",
        DataClass.SYSTEM,
        timedelta(days=7),
        "norms.md D.1, PIPL 19: a code is of no use after its minutes; a week shows attacks",
        delete_older("people.SignInCode", "sent_at"),
    ),
)
