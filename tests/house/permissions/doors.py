"""Pages for everybody, and the doors by which one comes in."""

from tests.house.permissions import SEERS, Row, everybody, only
from tests.house.scene import Scene

PUBLIC = "a page for everybody"


def no_link(_scene: Scene) -> dict[str, str]:
    return {"token": "not-a-link"}


ROWS = [
    Row("web:home", everybody(), why_neighbor=PUBLIC),
    Row("web:privacy", everybody(), why_neighbor=PUBLIC),
    Row("web:healthz", everybody(), why_neighbor=PUBLIC),
    Row("web:preferences", everybody(302), method="post", why_neighbor=PUBLIC),
    Row("web:my-home", {**everybody(), "stranger": 302}, why_neighbor="his own page"),
    Row(
        "web:desk-home",
        only(*SEERS, "neighbor", "far_overseer"),
        others=302,
        why_neighbor="his own desk; who has none is sent to his work",
    ),
    Row("people:sign-in", everybody(), why_neighbor=PUBLIC),
    Row("people:sign-in-code", everybody(302), why_neighbor=PUBLIC),
    Row("people:sign-in-code-again", everybody(302), method="post", why_neighbor=PUBLIC),
    Row("people:sign-in-password", everybody(), why_neighbor=PUBLIC),
    Row("people:sign-in-totp", everybody(302), why_neighbor=PUBLIC),
    Row("people:sign-in-link", everybody(409), kwargs=no_link),
    Row("people:sign-out", everybody(302), method="post", why_neighbor=PUBLIC),
]
