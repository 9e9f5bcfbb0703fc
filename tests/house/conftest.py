"""What the tests of the house share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.house.scene import Scene


@pytest.fixture
def scene(db: None) -> "Scene":
    """The cast with one of each thing that a URL can name."""
    from tests.house.scene import make_scene  # noqa: PLC0415 - models cannot be imported before Django is set up

    return make_scene()
