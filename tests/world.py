"""The cast of every test: two neighbouring communities, one of each kind of actor, and the neighbor who must see nothing."""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from muster.organizations.enums import UnitKind
from muster.organizations.models import ResidentUnit
from muster.people.actions import sessions
from muster.people.enums import ForceClass, RoleKind, Sex, Willingness
from muster.people.models import Account, Liaison, Person, Role, VolunteerProfile
from muster.people.queries import actor_of
from muster.people.rules import name_keys, phone_index
from muster.territory.enums import DivisionKind, Level
from muster.territory.models import Division
from muster.territory.rules.names import keys_of
from muster.toolkit.actor import Actor

PROVINCE = 510_000_000_000
CITY = 510_100_000_000
COUNTY = 510_107_000_000
TOWNSHIP = 510_107_001_000
HERE = 510_107_001_001
NEXT_DOOR = 510_107_001_002
# A county far away, so that an overseer of the same kind can be shown to see nothing.
FAR_COUNTY = 513_221_000_000
SINCE = date(2020, 1, 1)

DIVISIONS = [
    (PROVINCE, 520_000_000_000, Level.PROVINCE, None, "四川省", "四川"),
    (CITY, 510_200_000_000, Level.CITY, PROVINCE, "成都市", "成都"),
    (COUNTY, 510_108_000_000, Level.COUNTY, CITY, "武侯区", "武侯"),
    (TOWNSHIP, 510_107_002_000, Level.TOWNSHIP, COUNTY, "浆洗街街道", "浆洗街"),
    (HERE, HERE + 1, Level.COMMUNITY, TOWNSHIP, "蜀汉街社区居民委员会", "蜀汉街社区"),
    (NEXT_DOOR, NEXT_DOOR + 1, Level.COMMUNITY, TOWNSHIP, "七道堰社区居民委员会", "七道堰社区"),
    (FAR_COUNTY, 513_222_000_000, Level.COUNTY, 513_200_000_000, "汶川县", "汶川"),
]

SEARCH_KEYS = {code: keys_of(name) for code, *_others, name, _short_name in DIVISIONS}

# cast name -> (role, place or None for the unit, name, force class)
CAST = {
    "worker": (RoleKind.COMMUNITY_WORKER, HERE, "周敏", ForceClass.FULL_TIME_WORKER),
    "neighbor": (RoleKind.COMMUNITY_WORKER, NEXT_DOOR, "何静", ForceClass.FULL_TIME_WORKER),
    "township_overseer": (RoleKind.TOWNSHIP_OVERSEER, TOWNSHIP, "罗建国", ForceClass.OTHER_REGULAR),
    "county_overseer": (RoleKind.COUNTY_OVERSEER, COUNTY, "谢文涛", ForceClass.OTHER_REGULAR),
    "far_overseer": (RoleKind.COUNTY_OVERSEER, FAR_COUNTY, "杨措", ForceClass.OTHER_REGULAR),
    "city_overseer": (RoleKind.CITY_OVERSEER, CITY, "唐立新", ForceClass.OTHER_REGULAR),
    "province_overseer": (RoleKind.PROVINCE_OVERSEER, PROVINCE, "冯晓岚", ForceClass.OTHER_REGULAR),
    "liaison": (RoleKind.UNIT_LIAISON, None, "邓小雨", ForceClass.REPORTED_PERSON),
    "leader": (RoleKind.SHIFT_LEADER, HERE, "曹勇", ForceClass.VOLUNTEER),
    "guard": (RoleKind.GUARD, HERE, "彭大海", ForceClass.PROPERTY_STAFF),
    "auditor": (RoleKind.AUDITOR, PROVINCE, "曾佳", ForceClass.OTHER_REGULAR),
    "administrator": (RoleKind.SYSTEM_ADMINISTRATOR, PROVINCE, "袁磊", ForceClass.OTHER_REGULAR),
    "volunteer": (None, HERE, "陈秀英", ForceClass.VOLUNTEER),
}
STRANGER = "stranger"
EVERYBODY = (*CAST, STRANGER)


def shut(name: str) -> int:
    """What a page answers to whom it is not for: as if it were not there, and a stranger is led to the door."""
    return 302 if name == STRANGER else 404


@dataclass
class World:
    """What the fixture made; tests reach for people by their name in the cast."""

    unit: ResidentUnit
    accounts: dict[str, Account] = field(default_factory=dict)
    here: int = HERE
    next_door: int = NEXT_DOOR
    township: int = TOWNSHIP

    def account(self, name: str) -> Account:
        return self.accounts[name]

    def person(self, name: str) -> Person:
        return self.accounts[name].person

    def actor(self, name: str) -> Actor:
        """The actor as an action gets it; the stranger is nobody."""
        if name == STRANGER:
            return Actor(label="")
        return actor_of(self.accounts[name], timezone.localdate())

    def client_for(self, name: str) -> Client:
        """A browser in which this one has signed in, with the second factor; the stranger's has no session."""
        client = Client()
        if name != STRANGER:
            client.force_login(self.accounts[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
            session = client.session
            sessions.begin(session, timezone.now(), has_second_factor=True)
            session.save()
        return client

    def volunteer(self, number: int, *, division_code: int = HERE, **facts: object) -> Person:
        """One more volunteer, told apart by `number` (below 90,000,000); `facts` are fields of the profile."""
        person = make_person(f"志愿者{number}", f"139{number:08d}", division_code, ForceClass.VOLUNTEER)
        make_profile(person, **facts)
        return person

    def volunteers(self, count: int, first: int = 0, *, division_code: int = HERE) -> list[Person]:
        """So many of them at once, with the numbers from `first`."""
        people = Person.objects.bulk_create(
            _person(f"志愿者{number}", f"139{number:08d}", division_code, ForceClass.VOLUNTEER, None)
            for number in range(first, first + count)
        )
        VolunteerProfile.objects.bulk_create(_profile(person) for person in people)
        return people


def make_person(
    name: str, digits: str, division_code: int, force_class: str, unit: ResidentUnit | None = None
) -> Person:
    """A synthetic adult of that place; `digits` is the mobile number without +86."""
    person = _person(name, digits, division_code, force_class, unit)
    person.save()
    return person


def _person(
    name: str, digits: str, division_code: int, force_class: str, unit: ResidentUnit | None
) -> Person:
    return Person(
        name=name,
        division_code=division_code,
        search_keys=name_keys(name),
        sex=Sex.FEMALE,
        birth_on=date(1985, 6, 15),
        phone=f"+86{digits}",
        phone_index=phone_index(f"+86{digits}"),
        force_class=force_class,
        unit=unit,
        is_synthetic=True,
    )


def make_profile(person: Person, **facts: object) -> VolunteerProfile:
    """The volunteer profile of `person`: willing in an emergency and free at any time, unless `facts` say otherwise."""
    profile = _profile(person, **facts)
    profile.save()
    return profile


def _profile(person: Person, **facts: object) -> VolunteerProfile:
    now = timezone.now()
    standard = {"emergency_willing": Willingness.YES, "willingness_at": now, "registered_at": now}
    return VolunteerProfile(person=person, division_code=person.division_code, **{**standard, **facts})


def make_divisions() -> None:
    """The two communities with everything above them, and one county far away."""
    Division.objects.bulk_create(
        Division(
            code=code,
            high=high,
            level=level,
            parent_code=parent,
            name=name,
            short_name=short_name,
            kind=DivisionKind.COMMUNITY if level == Level.COMMUNITY else "",
            search_keys=SEARCH_KEYS[code],
            valid_from=SINCE,
        )
        for code, high, level, parent, name, short_name in DIVISIONS
    )


def make_unit(
    name: str = "成都市第七中学", *, uscc: str = "12510107450716217P", division_code: int = HERE
) -> ResidentUnit:
    """A public body stationed in that community and linked to it."""
    return ResidentUnit.objects.create(
        name=name,
        division_code=division_code,
        kind=UnitKind.PUBLIC_BODY,
        uscc=uscc,
        address="林荫中街1号",
        headcount=120,
        declared_cadre_count=20,
        linked_at=timezone.now(),
    )


def make_world() -> World:
    """The cast on its ground (the fixture `world` of conftest). Numbers 130… are theirs; `volunteer()` uses 139…"""
    make_divisions()
    made = World(unit=make_unit())
    # Row by row this would be half the time of the suite.
    people = Person.objects.bulk_create(
        _person(name, f"130{position:08d}", place or HERE, force_class, None if place else made.unit)
        for position, (_kind, place, name, force_class) in enumerate(CAST.values(), start=1)
    )
    VolunteerProfile.objects.bulk_create(
        _profile(person)
        for person in people
        if person.force_class in (ForceClass.VOLUNTEER, ForceClass.REPORTED_PERSON)
    )
    accounts = Account.objects.bulk_create(
        Account(login=login, person=person, password=make_password(None))
        for login, person in zip(CAST, people, strict=True)
    )
    made.accounts = {account.login: account for account in accounts}
    Role.objects.bulk_create(
        Role(
            account=made.accounts[login],
            kind=kind,
            division_code=place,
            unit=None if place else made.unit,
            valid_from=SINCE,
            granted_by_label="world",
        )
        for login, (kind, place, _name, _force) in CAST.items()
        if kind
    )
    Liaison.objects.create(
        unit=made.unit, division_code=HERE, person=made.person("liaison"), side="unit", began_on=SINCE
    )
    return made
