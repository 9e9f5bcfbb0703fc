"""Proofs of who somebody is: a code sent to the phone, a time-based code, a link that works once.

Each proof is good once, and a wrong one is counted. What is refused is decided inside the transaction and raised after it,
so that the count stands.
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.notifications.actions.messages import Draft, post
from muster.people import links
from muster.people.actions.notes import note
from muster.people.models import Account, Person, SignInCode
from muster.people.rules import parse_phone, phone_index
from muster.toolkit import codes, crypto, locks
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

TOPIC = "sign_in_code"
CODE_LIFE = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
PER_PHONE_AND_HOUR = 5
# A whole community may stand behind one address; more than that is somebody who makes phones ring.
PER_ADDRESS_AND_HOUR = 60
TRIES = 5
TOTP_SECONDS = 30
LINK_PURPOSE = "sign_in"
CODE_LENGTH = codes.LENGTH
LINK_LIFE = timedelta(hours=12)


def send_code(phone: str, *, address: str = "", at: datetime | None = None) -> str:
    """Send a fresh code to that mobile number and return it as E.164. Whether anybody is on file is not told.

    Refuses what `parse_phone` refuses, `code_too_soon` and `code_too_many`.
    """
    at = at or timezone.now()
    number = parse_phone(phone).e164
    index = phone_index(number)
    with transaction.atomic():
        locks.one_at_a_time(
            "people.sign_in_code", index.int >> 65
        )  # two taps at the same moment send one code
        _check_rate(index, address, at)
        code = f"{secrets.randbelow(10**6):06d}"
        row = SignInCode.objects.create(
            phone_index=index,
            code_index=_fingerprint(index, code),
            address=address,
            sent_at=at,
            expires_at=at + CODE_LIFE,
        )
        person = Person.objects.filter(phone_index=index, erased_at=None).first()
        body = _(
            "%(code)s is your Muster sign-in code, good for %(minutes)d minutes. Do not tell it to anybody."
        )
        post(
            [
                Draft(
                    send_key=f"{TOPIC}:{row.pk}",
                    topic=TOPIC,
                    person_id=person.pk if person else None,
                    address=number,
                    body=body % {"code": code, "minutes": CODE_LIFE.seconds // 60},
                    is_synthetic=bool(person and person.is_synthetic),
                )
            ],
            at=at,
            urgent=True,
        )
    return number


def use_code(number: str, typed: str, *, at: datetime | None = None) -> Person | None:
    """Who holds that phone, proven by the newest code sent to it; None where nobody of this number is on file.

    Refuses `code_wrong` (with how many tries are left), `code_expired` and `code_used_up`. A code opens once.
    """
    at = at or timezone.now()
    index = phone_index(number)
    with transaction.atomic():
        row = (
            SignInCode.objects.select_for_update()
            .filter(phone_index=index)
            .order_by("-sent_at", "-pk")
            .first()
        )
        refused = _judged(row, _fingerprint(index, typed), at)
    if refused:
        raise refused
    return Person.objects.filter(phone_index=index, erased_at=None).first()


def wait_for_code(number: str, at: datetime) -> int:
    """The seconds until another code may be asked for; 0 when it may be at once."""
    newest = SignInCode.objects.filter(phone_index=phone_index(number)).order_by("-sent_at").first()
    left = (newest.sent_at + RESEND_AFTER - at).total_seconds() if newest else 0
    return max(0, int(left))


def new_totp_secret() -> str:
    """A fresh secret, which counts only once `confirm_totp` has seen a code of it."""
    return pyotp.random_base32()


def totp_uri(account: Account, secret: str) -> str:
    """What an authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name="Muster")


def confirm_totp(
    account: Account, secret: str, typed: str, *, actor: Actor, at: datetime | None = None
) -> None:
    """Make `secret` the account's second factor, proven by a code. Refuses `totp_wrong` and `totp_confirmed_already`."""
    at = at or timezone.now()
    step = _totp_step(secret, typed, at)
    if step is None:
        raise _totp_wrong()
    with transaction.atomic():
        claimed = Account.objects.filter(pk=account.pk, totp_confirmed_at=None).update(
            totp_confirmed_at=at, totp_last_step=step, totp_secret=secret
        )
        if not claimed:
            raise Refused(
                "totp_confirmed_already",
                _("An authenticator is set up already. Sign in with a code from it."),
            )
        note("people.account.second_factor_confirmed", account, actor=actor, at=at)


def use_totp(account: Account, typed: str, *, at: datetime | None = None) -> None:
    """Prove the second factor. Refuses `totp_wrong`, also for a code that was used before."""
    at = at or timezone.now()
    step = _totp_step(account.totp_secret, typed, at) if account.totp_confirmed_at else None
    # The claim makes a code good once, for two requests at the same moment too.
    if step is None or not Account.objects.filter(pk=account.pk, totp_last_step__lt=step).update(
        totp_last_step=step
    ):
        raise _totp_wrong()


def reset_totp(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Forget a lost authenticator: the next sign-in sets up a new one."""
    at = at or timezone.now()
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(totp_secret="", totp_confirmed_at=None, totp_last_step=0)
        note("people.account.second_factor_reset", account, actor=actor, at=at)


def make_link(
    account: Account, *, actor: Actor, at: datetime | None = None, life: timedelta = LINK_LIFE
) -> str:
    """A token for /sign-in/link/ that signs this account in once: in the demo, and for who lost every other way."""
    at = at or timezone.now()
    with transaction.atomic():
        row = SignInCode.objects.create(
            phone_index=_link_index(account.code),
            code_index=_link_index(secrets.token_hex(16)),
            sent_at=at,
            expires_at=at + life,
        )
        note("people.account.link_made", account, actor=actor, at=at)
    return links.make(LINK_PURPOSE, f"{account.code}{row.pk}", expires_at=row.expires_at)


def newest_link_at(account: Account) -> datetime:
    """When the newest link of this account was made; long ago where there is none."""
    rows = SignInCode.objects.filter(phone_index=_link_index(account.code)).order_by("-sent_at")
    return rows.values_list("sent_at", flat=True).first() or datetime.min.replace(tzinfo=UTC)


def read_link(token: str, *, at: datetime | None = None) -> tuple[Account, SignInCode]:
    """Whom a link signs in, without using it up: chat programs open links to show what is behind them.

    Refuses `link_forged`, `link_expired`, `link_used`, and `account_closed`.
    """
    at = at or timezone.now()
    subject = links.read(LINK_PURPOSE, token, at)
    code, number = subject[:CODE_LENGTH], subject[CODE_LENGTH:]
    account = Account.objects.select_related("person").filter(code=code).first()
    row = SignInCode.objects.filter(pk=int(number or "0"), phone_index=_link_index(code)).first()
    if account is None or row is None or row.used_at is not None:
        raise _link_used()
    check_open(account)
    return account, row


def use_link(token: str, *, at: datetime | None = None) -> Account:
    """The account that the link signs in, now and never again. Refuses what `read_link` refuses."""
    at = at or timezone.now()
    account, row = read_link(token, at=at)
    if not SignInCode.objects.filter(pk=row.pk, used_at=None).update(used_at=at):
        raise _link_used()
    return account


def check_open(account: Account) -> None:
    """Refuses `account_closed`."""
    if not account.is_active:
        raise Refused("account_closed", _("This account is closed. Ask the community if that is a mistake."))


def _check_rate(index: UUID, address: str, at: datetime) -> None:
    hour = SignInCode.objects.filter(sent_at__gt=at - timedelta(hours=1))
    sent = list(hour.filter(phone_index=index).order_by("-sent_at").values_list("sent_at", flat=True))
    if sent and at - sent[0] < RESEND_AFTER:
        seconds = int((RESEND_AFTER - (at - sent[0])).total_seconds()) or 1
        raise Refused(
            "code_too_soon",
            _("A code is on its way. You can ask for another one in %(seconds)d seconds.")
            % {"seconds": seconds},
        )
    crowded = bool(address) and hour.filter(address=address).count() >= PER_ADDRESS_AND_HOUR
    if len(sent) >= PER_PHONE_AND_HOUR or crowded:
        raise Refused(
            "code_too_many",
            _("Too many codes were asked for. Wait an hour, or call the community to sign you in."),
        )


def _judged(row: SignInCode | None, fingerprint: UUID, at: datetime) -> Refused | None:
    """Use the code up or count the failure; what to refuse, if anything."""
    if row is None or row.expires_at <= at or row.used_at is not None:
        return Refused("code_expired", _("This code is no longer valid. Ask for a new one."))
    if row.failures >= TRIES:
        return _used_up()
    if row.code_index == fingerprint:
        SignInCode.objects.filter(pk=row.pk).update(used_at=at)
        return None
    SignInCode.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    left = TRIES - row.failures - 1
    if not left:
        return _used_up()
    return Refused(
        "code_wrong",
        ngettext(
            "The code is not right, you can try %(left)d more time. Check that it is from the newest message.",
            "The code is not right, you can try %(left)d more times. Check that it is from the newest message.",
            left,
        )
        % {"left": left},
    )


def _used_up() -> Refused:
    return Refused("code_used_up", _("This code was tried too often. Ask for a new one."))


def _totp_step(secret: str, typed: str, at: datetime) -> int | None:
    """The time step whose code was typed, one step of clock error allowed; None where there is none."""
    digits = "".join(character for character in typed if character in "0123456789")
    now = int(at.timestamp()) // TOTP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = [
        step for step in (now - 1, now, now + 1) if secrets.compare_digest(totp.generate_otp(step), digits)
    ]
    return steps[-1] if steps else None


def _link_used() -> Refused:
    return Refused(
        "link_used", _("This link was used already. Ask for a new one, or sign in with your phone.")
    )


def _totp_wrong() -> Refused:
    return Refused(
        "totp_wrong", _("The code of the authenticator is not right. Wait for the next one and type that.")
    )


def _fingerprint(index: UUID, typed: str) -> UUID:
    digits = "".join(str(int(character)) for character in typed if character.isdecimal())
    return crypto.blind_index(f"{index}:{digits}", purpose=TOPIC)


def _link_index(text: str) -> UUID:
    return crypto.blind_index(text, purpose="sign_in_link")
