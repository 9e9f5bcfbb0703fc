"""Who may do what with a call-up at the desk."""

from tests.house.permissions import RUNNERS, SEERS, Row, only
from tests.house.scene import Scene


def call_up(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("call_up")}


def run(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("run")}


def offer(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("offer")}


def ring(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("ring")}


def not_reached(_scene: Scene) -> dict[str, str]:
    return {"result": "not_reached"}


def reason(_scene: Scene) -> dict[str, str]:
    return {"reason": "雨停了"}


def here(scene: Scene) -> dict[str, str]:
    return {"place": str(scene.world.here)}


def township(scene: Scene) -> dict[str, str]:
    return {"place": str(scene.world.township)}


# They see the place; in routine mode its township and communities dispatch.
OUT_OF_COMMAND = ("county_overseer", "city_overseer", "province_overseer")
OVERSEERS = ("township_overseer", *OUT_OF_COMMAND)
ELSEWHERE = "his own place, where there is none of this"
ROWS = [
    Row(
        "callups:desk-callup-list",
        only(*SEERS, "neighbor", "far_overseer"),
        why_neighbor=ELSEWHERE,
    ),
    Row(
        "callups:desk-callup-new",
        only(*RUNNERS, "neighbor"),
        data=lambda _scene: {"form": "0b7a5c1e-9f0d-4f39-8d51-6c6c1f0a7d11"},
        why_neighbor=ELSEWHERE,
    ),
    Row("callups:desk-callup-new", only(*RUNNERS, "neighbor", status=302), why_neighbor=ELSEWHERE),
    Row(
        "callups:desk-callup-new",
        only(*RUNNERS, "neighbor", status=422),
        method="post",
        why_neighbor=ELSEWHERE,
    ),
    Row("callups:desk-callup-size", only(*RUNNERS, "neighbor"), method="post", why_neighbor=ELSEWHERE),
    Row("callups:desk-callup-detail", only(*SEERS), kwargs=call_up),
    Row("callups:desk-callup-live", only(*SEERS), kwargs=call_up),
    Row("callups:desk-callup-ask-more", only(*RUNNERS, status=302), method="post", kwargs=call_up),
    Row("callups:desk-callup-halt", only(*RUNNERS, status=302), method="post", kwargs=call_up),
    Row("callups:desk-callup-resume", only(*RUNNERS, status=409), method="post", kwargs=call_up),
    Row("callups:desk-callup-stand-down", only(*RUNNERS), kwargs=call_up),
    Row(
        "callups:desk-callup-stand-down",
        only(*RUNNERS, status=302),
        method="post",
        kwargs=call_up,
        data=reason,
    ),
    Row("callups:desk-callup-rings", only(*RUNNERS), kwargs=call_up),
    Row("callups:desk-callup-roll", only(*RUNNERS), method="post", kwargs=call_up),
    Row("callups:desk-offer-ring", only(*RUNNERS, status=302), method="post", kwargs=offer),
    # A number is shown to the one who dialed it and to nobody beside him.
    Row("callups:desk-ring-detail", only("worker"), kwargs=ring),
    Row("callups:desk-ring-note", only("worker", status=302), method="post", kwargs=ring, data=not_reached),
    Row("callups:desk-callup-dispatch", only(*RUNNERS, status=302), method="post", kwargs=call_up),
    Row(
        "callups:desk-dispatch-board",
        only(*SEERS, "neighbor", "far_overseer"),
        why_neighbor=ELSEWHERE,
    ),
    Row("callups:desk-dispatch-board", only(*SEERS), data=here),
    Row("callups:desk-dispatch-board", only(*OVERSEERS), data=township),
    Row(
        "callups:desk-dispatch-plan",
        {**only(*RUNNERS, status=302), **only(*OUT_OF_COMMAND, status=409)},
        method="post",
        data=here,
    ),
    Row(
        "callups:desk-dispatch-plan",
        {**only("township_overseer", status=302), **only(*OUT_OF_COMMAND, status=409)},
        method="post",
        data=township,
    ),
    Row("callups:desk-dispatch-live", only(*RUNNERS), kwargs=run),
    Row("callups:desk-dispatch-adjust", only(*RUNNERS, status=409), method="post", kwargs=run),
    Row("callups:desk-dispatch-detail", only(*RUNNERS), kwargs=run),
    Row("callups:desk-dispatch-why-not", only(*RUNNERS), kwargs=run),
    Row(
        "callups:desk-dispatch-why-not",
        only(*RUNNERS, status=302),
        method="post",
        kwargs=run,
        data=lambda _scene: {"q": "王", "slot": "1"},
    ),
    Row("callups:desk-dispatch-confirm", only(*RUNNERS, status=302), method="post", kwargs=run),
    Row("callups:desk-offer-why", only(*SEERS, "volunteer"), kwargs=offer),
]
