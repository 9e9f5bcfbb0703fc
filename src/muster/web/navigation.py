"""The site map by audience. An address that no list of URLs has yet is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.people.access import GRANTERS, RUNNERS
from muster.people.enums import OVERSEERS, RoleKind
from muster.territory.models import Division
from muster.toolkit.actor import Actor

DESK = (RoleKind.COMMUNITY_WORKER, *OVERSEERS)


@dataclass(frozen=True)
class Place:
    """One address of the site map and who is offered it."""

    url: str
    icon: str
    label: str | Promise
    kinds: tuple[str, ...] = DESK
    middle: bool = False


@dataclass(frozen=True)
class Item:
    """One entry as drawn."""

    url: str
    icon: str
    label: str | Promise
    current: bool
    middle: bool = False
    count: int = 0


RAIL = (
    Place("/desk/", "home", _("Today")),
    Place("/desk/callups/", "speakerphone", _("Call-ups")),
    Place("/desk/dispatch/", "route", _("Dispatch")),
    Place("/desk/people/", "users", _("Force")),
    Place("/desk/units/", "building-community", _("Resident units")),
    Place("/desk/hours/", "clock", _("Hours"), RUNNERS),
    Place("/desk/oversight/", "chart-bar", _("Oversight"), OVERSEERS),
    Place("/desk/mode/", "shield-heart", _("Mode and level")),
    Place("/desk/settings/", "settings", _("Numbers"), (*DESK, RoleKind.SYSTEM_ADMINISTRATOR)),
    Place("/desk/trail/", "history", _("Trail"), (RoleKind.AUDITOR,)),
    Place("/desk/accounts/", "key", _("Accounts"), GRANTERS),
    Place("/unit/", "building-community", _("My unit"), (RoleKind.UNIT_LIAISON,)),
    Place("/post/", "door-enter", _("My post"), (RoleKind.SHIFT_LEADER,)),
)
TABS = (
    Place("/desk/", "home", _("Today")),
    Place("/desk/callups/", "list-details", _("Call-ups")),
    Place(
        "/desk/callups/new/", "speakerphone", _("Raise"), (RoleKind.COMMUNITY_WORKER, *OVERSEERS), middle=True
    ),
    Place("/desk/people/", "users", _("Force")),
    Place("/desk/units/", "building-community", _("Units")),
)
MY = (
    Place("/my/", "home", _("Mine"), ()),
    Place("/my/records/", "clock", _("Hours"), ()),
    Place("/my/disclosures/", "eye", _("Who looked"), ()),
    Place("/my/profile/", "settings", _("Settings"), ()),
    Place("/post/", "door-enter", _("My post"), (RoleKind.SHIFT_LEADER,)),
    Place("/gate/", "shield-check", _("Gates"), (RoleKind.GUARD,)),
)


@cache
def _exists(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def _items(places: tuple[Place, ...], path: str, actor: Actor | None) -> list[Item]:
    """The places this actor is offered; the longest one that begins the path is the current one."""
    offered = [
        place
        for place in places
        if _exists(place.url) and (not place.kinds or (actor is not None and actor.has(*place.kinds)))
    ]
    here = max((place.url for place in offered if path.startswith(place.url)), key=len, default="")
    return [Item(place.url, place.icon, place.label, place.url == here, place.middle) for place in offered]


@dataclass(frozen=True)
class DeskNavigation:
    """Rail and tab bar of the desk, and whose desk it is."""

    items: list[Item]
    tabs: list[Item]
    me: str
    me_initial: str
    place: str

    @classmethod
    def of(cls, request: HttpRequest) -> DeskNavigation:
        actor: Actor | None = getattr(request, "actor", None)
        name = _name_of(request)
        return cls(
            items=_items(RAIL, request.path, actor),
            tabs=_items(TABS, request.path, actor),
            me=name,
            me_initial=name[:1],
            place=_place_of(actor),
        )


@dataclass(frozen=True)
class MyNavigation:
    """The tab bar of the phone: one's own pages, and the way back to one's work."""

    items: list[Item]

    @classmethod
    def of(cls, request: HttpRequest) -> MyNavigation:
        return cls(items=_items(MY, request.path, getattr(request, "actor", None)))


def _name_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return user.person.name if user is not None and user.is_authenticated else ""


def _place_of(actor: Actor | None) -> str:
    """The place of the first role that has one, by its short name."""
    codes = [grant.low for grant in actor.grants if grant.low] if actor is not None else []
    if not codes:
        return ""
    name = Division.objects.filter(code=codes[0], valid_to=None).values_list("short_name", flat=True).first()
    return name or ""
