"""What every page of an audience shows around its content: where one can go, and who one is."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from muster.web.navigation import DeskNavigation, MyNavigation


def navigation(request: HttpRequest) -> dict[str, object]:
    """Lazy: a page or fragment that shows no navigation asks nothing."""
    return {
        "desk_navigation": SimpleLazyObject(lambda: DeskNavigation.of(request)),
        "my_navigation": SimpleLazyObject(lambda: MyNavigation.of(request)),
    }
