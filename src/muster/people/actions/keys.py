"""What an administrator does with somebody's ways in: lock and open, sign out, a new authenticator, a link by message.

Each is refused with `account_oneself` over one's own account, and with `account_not_yours` over one that reaches further
than the actor does: whoever gets into an account has its roles.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from muster.notifications.actions.messages import Draft, post
from muster.people.access import GRANTERS, may_keep
from muster.people.actions import accounts, sign_in
from muster.people.enums import RoleKind
from muster.people.models import Account
from muster.people.queries.actors import reach_of, with_places
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

TOPIC = "sign_in_link"
LINK_LIFE = timedelta(hours=1)
RESEND_AFTER = timedelta(minutes=1)
LOCKERS = (RoleKind.SYSTEM_ADMINISTRATOR,)


def lock(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Nobody gets in by this account any more, and whoever is in is out. Refuses `last_administrator` too."""
    at = at or timezone.now()
    _check(account, actor, at, *LOCKERS)
    accounts.close(account, actor=actor, at=at)


def unlock(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """The account opens again, with the roles that it still has. Refuses `person_erased` too."""
    at = at or timezone.now()
    _check(account, actor, at, *LOCKERS)
    accounts.reopen(account, actor=actor, at=at)


def end_sessions(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Sign the account out on every device, as after a lost phone."""
    at = at or timezone.now()
    _check(account, actor, at, *GRANTERS)
    accounts.end_sessions(account, actor=actor, at=at)


def renew_second_factor(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Forget a lost authenticator and sign the account out: the next sign-in sets up a new one."""
    at = at or timezone.now()
    _check(account, actor, at, *LOCKERS)
    with transaction.atomic():
        sign_in.reset_totp(account, actor=actor, at=at)
        accounts.end_sessions(account, actor=actor, at=at)


def send_link(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Send a link that signs in once to the phone on file. The actor never sees it: who has it, is that person.

    Refuses `link_no_phone`, `link_too_soon` and `account_closed` too.
    """
    at = at or timezone.now()
    _check(account, actor, at, *GRANTERS)
    sign_in.check_open(account)
    person = account.person
    if not person.phone:
        raise Refused(
            "link_no_phone", _("There is no phone number on file for this person. Have it put on file first.")
        )
    with transaction.atomic():
        # The row of the account makes two clicks one after the other.
        Account.objects.select_for_update().get(pk=account.pk)
        if sign_in.newest_link_at(account) > at - RESEND_AFTER:
            raise Refused(
                "link_too_soon", _("A link is on its way already. Wait a minute before you send another one.")
            )
        token = sign_in.make_link(account, actor=actor, at=at, life=LINK_LIFE)
        url = f"{settings.PUBLIC_URL}{reverse('people:sign-in-link', args=[token])}"
        with translation.override(account.language):
            body = _(
                "Sign in to Muster by this link, once, within %(minutes)d minutes: %(url)s Do not pass it on."
            ) % {"minutes": LINK_LIFE.seconds // 60, "url": url}
        draft = Draft(
            send_key=f"{TOPIC}:{token}",
            topic=TOPIC,
            person_id=person.pk,
            address=person.phone,
            body=body,
            is_synthetic=person.is_synthetic,
        )
        post([draft], at=at, urgent=True)


def _check(account: Account, actor: Actor, at: datetime, *kinds: str) -> None:
    if actor == SYSTEM:
        return
    if actor.account_id == account.pk:
        raise Refused(
            "account_oneself", _("Nobody does this to their own account. Ask another administrator.")
        )
    today = timezone.localdate(at)
    left = with_places(account.roles.exclude(valid_to__lte=today))
    if not may_keep(actor, account, [reach_of(role) for role in left], *kinds):
        raise Refused(
            "account_not_yours",
            _("This account reaches further than you do. Ask the administrator of the place above."),
        )
