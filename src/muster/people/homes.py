"""Where the work of an account is: what opens after the door, and where a desk sends those who have none."""

from django.urls import reverse

from muster.people.enums import OVERSEERS, RoleKind
from muster.toolkit.actor import Actor

# The first that fits.
HOMES = (
    ((RoleKind.COMMUNITY_WORKER, *OVERSEERS), "web:desk-home"),
    ((RoleKind.UNIT_LIAISON,), "callups:unit-home"),
    ((RoleKind.SHIFT_LEADER,), "callups:post-home"),
    ((RoleKind.GUARD,), "callups:gate-home"),
    ((RoleKind.AUDITOR,), "audit:desk-trail-list"),
    ((RoleKind.SYSTEM_ADMINISTRATOR,), "people:desk-account-list"),
)
MY_HOME = "web:my-home"


def home_of(actor: Actor) -> str:
    """The address of that page; it always opens for `actor`."""
    return reverse(next((name for kinds, name in HOMES if actor.has(*kinds)), MY_HOME))
