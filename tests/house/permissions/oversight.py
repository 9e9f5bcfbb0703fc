"""Who may look over which place."""

from typing import Any

from tests.house.permissions import SEERS, Row, only
from tests.house.scene import Scene
from tests.world import HERE, TOWNSHIP


def here(_scene: Scene) -> dict[str, Any]:
    return {"division_code": HERE}


def township(_scene: Scene) -> dict[str, Any]:
    return {"division_code": TOWNSHIP}


OVERSEERS = ("township_overseer", "county_overseer", "city_overseer", "province_overseer")
ROWS = [
    Row("oversight:board-place-show", only(*OVERSEERS), kwargs=township),
    Row("oversight:board-place-show", only(*SEERS), kwargs=here),
    Row("oversight:desk-place-own", only(*OVERSEERS, "far_overseer")),
    Row("oversight:desk-place-show", only(*OVERSEERS), kwargs=township),
    Row("oversight:desk-place-show", only(*SEERS), kwargs=here),
]
