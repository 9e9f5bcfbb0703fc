"""Units, posts and check-in: who works there, and the neighbor who sees none of it."""

from uuid import uuid4

from tests.house.permissions import Row, everybody, only
from tests.house.scene import Scene

STAFF = ("worker", "township_overseer", "leader")
UNIT = ("worker", "township_overseer", "liaison")
ALL_POSTS = "says what to do at a post, and names nobody"


def unit_call(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("unit_call")}


def post(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("post")}


def post_code(scene: Scene) -> dict[str, str]:
    return {"post_code": scene.code("post")}


def seat(scene: Scene) -> dict[str, str]:
    return {"seat": scene.code("assignment"), "nonce": str(uuid4())}


# A deed that is refused leads back to the page, which says why: 302 to those who may try.
ROWS = [
    Row("callups:unit-home", only("liaison")),
    Row("callups:unit-call", only(*UNIT), kwargs=unit_call),
    Row("callups:unit-call-people", only(*UNIT), kwargs=unit_call),
    Row("callups:unit-call-pledge", only(*UNIT, status=422), method="post", kwargs=unit_call),
    Row("callups:unit-call-decline", only(*UNIT, status=422), method="post", kwargs=unit_call),
    Row("callups:unit-call-names", only(*UNIT, status=422), method="post", kwargs=unit_call),
    Row("callups:post-home", only(*STAFF, "neighbor"), why_neighbor="his own posts"),
    Row("callups:post-detail", only(*STAFF), kwargs=post),
    Row("callups:post-code", only(*STAFF), kwargs=post),
    Row("callups:post-people", only(*STAFF), kwargs=post),
    Row("callups:post-check-in", only(*STAFF, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-check-out", only(*STAFF, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-undo", only(*STAFF, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-absent", only(*STAFF, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-phone", only(*STAFF), method="post", kwargs=post, data=seat),
    Row("callups:post-walk-up", only(*STAFF, status=422), method="post", kwargs=post),
    Row("callups:post-support", only(*STAFF, status=409), method="post", kwargs=post),
    Row("callups:my-check-in", everybody(), kwargs=post_code, why_neighbor=ALL_POSTS),
    Row(
        "callups:my-check-in-check",
        everybody(422),
        method="post",
        kwargs=post_code,
        why_neighbor=ALL_POSTS,
    ),
    Row("callups:my-check-in-undo", everybody(422), method="post", kwargs=post_code, why_neighbor=ALL_POSTS),
]
