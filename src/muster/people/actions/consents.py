"""Agreeing and taking it back: one version in force for each purpose, and what a withdrawal does (PIPL art. 14–16)."""

import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.people.actions import volunteers
from muster.people.enums import ConsentPurpose, VolunteerState
from muster.people.models import Consent, ConsentText, Person, VolunteerProfile
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def load_texts() -> int:
    """Put the texts of data/consents on file and return how many were new. A published text is never changed.

    Raises ValueError where a file says other words under a version that is on file: people agreed to the old ones.
    """
    loaded = 0
    for path in sorted((settings.BASE_DIR / "data" / "consents").glob("*.json")):
        for row in json.loads(path.read_text("utf-8")):
            key = {name: row.pop(name) for name in ("purpose", "version", "language")}
            row["published_at"] = datetime.fromisoformat(row["published_at"])
            text, created = ConsentText.objects.get_or_create(**key, defaults=row)
            if text.body != row["body"]:
                raise ValueError(
                    f"{path.name}: {key} is published with other words; give the new words a new version"
                )
            loaded += created
    return loaded


def give(person: Person, purpose: str, *, through: str, actor: Actor, at: datetime | None = None) -> Consent:
    """Consent to the newest version of `purpose`; the same one again where it is in force already.

    `through` is page, link, paper or unit. Refuses `consent_text_missing`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        text = ConsentText.objects.filter(purpose=purpose, published_at__lte=at).order_by("-version").first()
        if text is None:
            raise Refused(
                "consent_text_missing", _("The words to agree to are not published yet. Try again later.")
            )
        in_force = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).first()
        if in_force is not None and in_force.version == text.version:
            return in_force
        if in_force is not None:
            in_force.withdrawn_at = at
            in_force.save(update_fields=["withdrawn_at"])
        consent = Consent.objects.create(
            person=person,
            purpose=purpose,
            version=text.version,
            legal_basis=text.legal_basis,
            given_at=at,
            given_through=through,
        )
        _record("people.consent.given", consent, actor, at)
    return consent


def agree(person: Person, purpose: str, *, actor: Actor, at: datetime | None = None) -> None:
    """One's own yes on the page. To serve as a volunteer it takes one, so whoever agrees to it is enrolled or is back.

    Refuses what `give` and `volunteers.enroll` refuse.
    """
    at = at or timezone.now()
    with transaction.atomic():
        give(person, purpose, through="page", actor=actor, at=at)
        if purpose == ConsentPurpose.VOLUNTEER_SERVICE:
            volunteers.enroll(person, actor=actor, at=at)


def withdraw(person: Person, purpose: str, *, actor: Actor, at: datetime | None = None) -> None:
    """Take the consent back and end what it allowed: nobody is asked any more, limits are forgotten.

    Refuses `no_consent` where none is in force. A second tap is refused too, and changes nothing.
    """
    at = at or timezone.now()
    with transaction.atomic():
        consent = (
            Consent.objects.select_for_update()
            .filter(person=person, purpose=purpose, withdrawn_at=None)
            .first()
        )
        if consent is None:
            raise Refused(
                "no_consent", _("You have taken this consent back already. Nothing more is needed.")
            )
        consent.withdrawn_at = at
        consent.save(update_fields=["withdrawn_at"])
        _record("people.consent.withdrawn", consent, actor, at)
        profile = VolunteerProfile.objects.filter(person=person).select_related("person").first()
        if profile is None:
            return
        if purpose == ConsentPurpose.VOLUNTEER_SERVICE:
            volunteers.set_state(profile, VolunteerState.LEFT, actor=actor, at=at)
        if purpose == ConsentPurpose.HEALTH_LIMITS:
            volunteers.update_profile(profile, health_limits=[], actor=actor, at=at)


def _record(verb: str, consent: Consent, actor: Actor, at: datetime) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="person",
        obj_code=consent.person.code,
        division_code=consent.person.division_code,
        at=at,
        detail={"purpose": consent.purpose, "version": consent.version, "through": consent.given_through},
    )
