"""The permission table: every URL of Muster by every one of the cast, with the neighbor who must see nothing.

One file per package; a row names the URL, how its address is made from the scene, and who is let in with which status. All
others get `others`. A new URL without a row fails tests/house/test_permissions.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.house.scene import Scene

Fills = Callable[[Scene], dict[str, Any]]


def nothing(_scene: Scene) -> dict[str, Any]:
    """For an address without parameters and a request without data."""
    return {}


@dataclass(frozen=True)
class Row:
    """One URL under one method. `allowed` maps names of the cast to the status they get; everybody else gets `others`.

    Somebody who has not signed in is led to the door from every page, and gets `others` for what they post; `stranger` or
    `allowed` say where it is otherwise.
    """

    name: str
    allowed: Mapping[str, int]
    others: int = 404
    stranger: int | None = None
    method: str = "get"
    kwargs: Fills = nothing
    data: Fills = nothing
    why_neighbor: str = ""  # says why the neighbor may, where he may

    def status_for(self, cast_name: str) -> int:
        """The status that this one of the cast must get."""
        if cast_name == "stranger":
            usual = 302 if self.method == "get" else self.others
            return self.allowed.get("stranger", self.stranger if self.stranger is not None else usual)
        return self.allowed.get(cast_name, self.others)


def everybody(status: int = 200) -> dict[str, int]:
    """A page that is for all, signed in or not."""
    from tests.world import EVERYBODY  # noqa: PLC0415 - models cannot be imported before Django is set up

    return dict.fromkeys(EVERYBODY, status)


RUNNERS = ("worker", "township_overseer")
SEERS = (*RUNNERS, "county_overseer", "city_overseer", "province_overseer")


def only(*cast: str, status: int = 200) -> dict[str, int]:
    """These of the cast, with one status."""
    return dict.fromkeys(cast, status)
