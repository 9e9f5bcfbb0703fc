"""Addresses of calendars and wall displays: made by whoever runs the thing, opened by whoever holds them."""

from tests.house.permissions import RUNNERS, Fills, Row, everybody, only
from tests.house.scene import Scene

VIEW = "view"
HELD = "the address is the key, for whoever holds it"
OWN = "his own calendar"
LEADERS = (*RUNNERS, "leader")


def call_up(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("call_up")}


def post(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("post")}


def my_calendar(scene: Scene) -> dict[str, str]:
    return {"token": scene.link(VIEW, "my_calendar")}


def call_up_calendar(scene: Scene) -> dict[str, str]:
    return {"token": scene.link(VIEW, "call_up_calendar")}


def wall(scene: Scene) -> dict[str, str]:
    return {"token": scene.link(VIEW, "wall")}


def wrong_purpose(scene: Scene) -> dict[str, str]:
    return {"token": scene.link("offer", "wall")}


def pass_of(thing: str) -> Fills:
    """The code of the pass of that thing."""
    return lambda scene: {"code": scene.code(thing)}


def a_day(_scene: Scene) -> dict[str, str]:
    return {"hours": "24"}


ROWS = [
    Row("callups:my-calendar", {**everybody(), "stranger": 302}, why_neighbor=OWN),
    Row(
        "callups:my-calendar",
        {**everybody(302), "stranger": 404},
        method="post",
        why_neighbor=OWN,
    ),
    Row("callups:desk-callup-calendar", only(*RUNNERS), kwargs=call_up),
    Row("callups:desk-callup-calendar", only(*RUNNERS, status=302), method="post", kwargs=call_up),
    Row("callups:post-wall", only(*LEADERS), kwargs=post),
    Row("callups:post-wall", only(*LEADERS, status=302), method="post", kwargs=post, data=a_day),
    Row("callups:post-wall", only(*LEADERS, status=422), method="post", kwargs=post),
    Row(
        "callups:pass-take-back",
        only("volunteer", status=302),
        method="post",
        kwargs=pass_of("my_calendar"),
    ),
    Row(
        "callups:pass-take-back",
        only(*RUNNERS, status=302),
        method="post",
        kwargs=pass_of("call_up_calendar"),
    ),
    Row("callups:pass-take-back", only(*LEADERS, status=302), method="post", kwargs=pass_of("wall")),
    Row("callups:feed-calendar", everybody(), kwargs=my_calendar, why_neighbor=HELD),
    Row("callups:feed-calendar", everybody(), kwargs=call_up_calendar, why_neighbor=HELD),
    Row("callups:feed-calendar", everybody(404), kwargs=wall),
    Row("callups:wall-show", everybody(), kwargs=wall, why_neighbor=HELD),
    Row("callups:wall-show", everybody(404), kwargs=wrong_purpose),
    Row("callups:wall-show", everybody(404), kwargs=call_up_calendar),
    Row("callups:wall-live", everybody(), kwargs=wall, why_neighbor=HELD),
    Row("callups:wall-live", everybody(404), kwargs=wrong_purpose),
]
