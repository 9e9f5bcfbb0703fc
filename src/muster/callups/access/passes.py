"""Addresses that open one thing to whoever holds them; and the ways to the passes behind them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from muster.callups.access.doors import call_ups_visible_to, posts_visible_to
from muster.callups.enums import PassKind
from muster.callups.models import ViewPass
from muster.people import links
from muster.people.access import Need
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

VIEW_LINK = "view"  # the purpose of the links that a pass stands behind


def pass_of_link(token: str, at: datetime, *kinds: PassKind) -> ViewPass:
    """The pass of one of these kinds that a signed address stands for, with what it shows.

    Refuses `link_forged` and `link_expired`, and `link_taken_back` once it was taken back or what it shows is gone.
    """
    code = links.read(VIEW_LINK, token, at)
    passes = ViewPass.objects.select_related("person", "call_up", "post__call_up")
    found = passes.filter(code=code, kind__in=kinds).first()
    if found is None:
        raise Http404
    erased = found.person is not None and found.person.erased_at is not None
    if found.revoked_at is not None or erased:
        raise Refused(
            "link_taken_back", _("This address was taken back. Ask whoever gave it to you for a new one.")
        )
    return found


def passes_in_force(at: datetime) -> QuerySet[ViewPass]:
    """Those that open something at this moment, the newest first."""
    return ViewPass.objects.filter(revoked_at=None, expires_at__gt=at).order_by("-pk")


def get_pass(actor: Actor, code: str) -> ViewPass:
    """The pass with this code, for whoever may make such a one; else 404."""
    mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
    reached = (
        mine
        | Q(call_up__in=call_ups_visible_to(actor, Need.OPERATE))
        | Q(post__in=posts_visible_to(actor, Need.OPERATE))
    )
    found = ViewPass.objects.filter(reached, code=code).select_related("call_up", "post", "person").first()
    if found is None:
        raise Http404
    return found
