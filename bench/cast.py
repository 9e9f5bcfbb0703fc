"""Who and what the benchmarks need in the database, made in bulk and without a message to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone

from muster.callups import access
from muster.callups.actions import calls
from muster.callups.enums import CallUpState
from muster.callups.models import CallUp, Offer, Slot
from muster.callups.rules.answers import risk_mark
from muster.callups.rules.drafts import CallUpDraft, PostDraft, SeatsDraft, ShiftDraft, SupportDraft
from muster.people import links
from muster.people.actions import sessions
from muster.people.enums import ForceClass, RoleKind, Willingness
from muster.people.models import Account, Person, Role, VolunteerProfile
from muster.people.queries import actor_of
from muster.people.rules import name_keys, phone_index

HERE = 510_107_001_005
# A community of its own, so that a wave finds exactly the people made for it.
WAVE_PLACE = 510_107_001_006
BATCH = 2_000
RISK = "会接触进出居民，有感染风险。"


def worker(login: str = "bench-worker", division_code: int = HERE) -> Account:
    """A community worker of the place, the same at each call."""
    known = Account.objects.filter(login=login).first()
    if known is not None:
        return known
    person = Person.objects.create(
        name="周敏", division_code=division_code, force_class=ForceClass.FULL_TIME_WORKER, is_synthetic=True
    )
    account = Account.objects.create(login=login, person=person)
    Role.objects.create(
        account=account,
        kind=RoleKind.COMMUNITY_WORKER,
        division_code=division_code,
        valid_from=date(2020, 1, 1),
        granted_by_label="bench",
    )
    return account


def cookie_of(account: Account) -> str:
    """The session of somebody who has signed in with both factors: a value for the session cookie."""
    session = SessionStore()
    session["_auth_user_id"] = str(account.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[-1]
    session["_auth_user_hash"] = account.get_session_auth_hash()
    sessions.begin(session, timezone.now(), has_second_factor=True)
    session.save()
    return str(session.session_key)


def volunteers(count: int, first: int = 0, division_code: int = HERE) -> list[Person]:
    """So many willing adults who can come at any time, told apart by numbers from `first`."""
    now = timezone.now()
    made: list[Person] = []
    for begin in range(first, first + count, BATCH):
        numbers = range(begin, min(begin + BATCH, first + count))
        people = Person.objects.bulk_create(
            Person(
                name=f"志愿者{number}",
                division_code=division_code,
                search_keys=name_keys(f"志愿者{number}"),
                birth_on=date(1985, 6, 15),
                phone=f"+86139{number:08d}",
                phone_index=phone_index(f"+86139{number:08d}"),
                force_class=ForceClass.VOLUNTEER,
                is_synthetic=True,
            )
            for number in numbers
        )
        VolunteerProfile.objects.bulk_create(
            VolunteerProfile(
                person=person,
                division_code=division_code,
                emergency_willing=Willingness.YES,
                willingness_at=now,
                registered_at=now,
            )
            for person in people
        )
        made.extend(people)
    return made


def call_up(seats_of_posts: Sequence[int], *, day: int = 1, division_code: int = HERE) -> CallUp:
    """A call-up with one shift at each post in the morning so many days from now.

    Halted: what is asked here can be answered, and the worker sends no waves of its own into the measurement.
    """
    today = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=day)
    form = CallUpDraft(
        division_code=division_code,
        title="门岗值守",
        purpose="锦里西苑扫码测温",
        task_kind="scan_temperature",
        place="锦里西苑",
        risk_statement=RISK,
        duty_holder="蜀汉街社区居民委员会",
        reply_by=start - timedelta(hours=2),
        posts=tuple(
            PostDraft(name=f"{number}号岗", shifts=(_shift(start, seats),))
            for number, seats in enumerate(seats_of_posts)
        ),
        support=(SupportDraft("insurance", "community"), SupportDraft("ppe", "community")),
        mode="emergency",
        level=3,
        asks_volunteers=False,
    )
    raiser = worker() if division_code == HERE else worker(f"bench-{division_code}", division_code)
    actor = actor_of(raiser, timezone.localdate(), has_second_factor=True)
    call = calls.raise_call_up(actor=actor, form=form, request_key=uuid4())
    CallUp.objects.filter(pk=call.pk).update(state=CallUpState.HALTED, halted_at=timezone.now())
    return call


def offers(call: CallUp, people: Sequence[Person], slots: Sequence[Slot]) -> list[Offer]:
    """An open question to each person, for the slots in turn."""
    now = timezone.now()
    return Offer.objects.bulk_create(
        Offer(
            call_up=call,
            person=person,
            slot=slots[number % len(slots)],
            wave=1,
            asked_at=now,
            reply_by=call.reply_by,
        )
        for number, person in enumerate(people)
    )


def offer_path(offer: Offer) -> str:
    """The page that the message leads to."""
    token = links.make(access.OFFER_LINK, offer.code, expires_at=offer.call_up.ends_at)
    return reverse("callups:my-offer", args=[token])


def answer_path(offer: Offer) -> str:
    """Where the button of that page leads."""
    return f"{offer_path(offer)}answer/"


def yes() -> dict[str, str]:
    """The form of that button."""
    return {"answer": "yes", "risk": risk_mark(RISK)}


def _shift(start: datetime, seats: int) -> ShiftDraft:
    muster, end = start - timedelta(minutes=20), start + timedelta(hours=4)
    return ShiftDraft(muster, start, end, (SeatsDraft("general", seats),))
