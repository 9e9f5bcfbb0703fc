"""The liaison's pages, the leader's phone, the check-in of volunteers and the hours that wait at the desk."""

from uuid import UUID

from tests.house.permissions import RUNNERS, Row, everybody, only
from tests.house.scene import Scene

NONCE = UUID(int=7)
LEADERS = (*RUNNERS, "leader")
ELSEWHERE = "his own place, where there is none of this"
AT_THE_POST = "the form of a post for whoever stands at it; without the code of now it opens nothing"


def unit_call(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("unit_call")}


def post(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("post")}


def check_in(scene: Scene) -> dict[str, str]:
    return {"post_code": scene.code("post")}


def record(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("record")}


def seat(scene: Scene) -> dict[str, object]:
    return {"seat": scene.code("assignment"), "nonce": NONCE}


def of_shift(scene: Scene) -> dict[str, str]:
    return {"shift": scene.things["post"].shifts.get().code}


def walk_up(scene: Scene) -> dict[str, object]:
    return {"name": "杨帆", "phone": "17712345096", "risk_confirmed": "on", "nonce": NONCE}


def ppe(_scene: Scene) -> dict[str, str]:
    return {"kind": "ppe"}


def no_code(_scene: Scene) -> dict[str, object]:
    return {"nonce": NONCE, "code": "12345", "phone": "13900000000"}


def pledge(_scene: Scene) -> dict[str, str]:
    return {"headcount": "1"}


def reason(_scene: Scene) -> dict[str, str]:
    return {"reason": "都在值班", "void-reason": "签错了人", "left": "11:30"}


def names(_scene: Scene) -> dict[str, str]:
    return {"lines": "杨帆 17712345096"}


LIAISON = (*RUNNERS, "liaison")
ROWS = [
    Row("callups:unit-home", only("liaison"), stranger=302),
    Row("callups:unit-call", only(*LIAISON), kwargs=unit_call, stranger=302),
    Row("callups:unit-call-people", only(*LIAISON), kwargs=unit_call),
    Row("callups:unit-call-pledge", only(*LIAISON, status=302), method="post", kwargs=unit_call, data=pledge),
    Row(
        "callups:unit-call-decline", only(*LIAISON, status=302), method="post", kwargs=unit_call, data=reason
    ),
    Row("callups:unit-call-names", only(*LIAISON, status=302), method="post", kwargs=unit_call, data=names),
    Row("callups:post-home", only(*LEADERS, "neighbor"), stranger=302, why_neighbor=ELSEWHERE),
    Row("callups:post-detail", only(*LEADERS), kwargs=post, stranger=302),
    Row("callups:post-code", only(*LEADERS), kwargs=post),
    Row("callups:post-people", only(*LEADERS), kwargs=post),
    Row("callups:post-check-in", only(*LEADERS, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-check-out", only(*LEADERS, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-undo", only(*LEADERS, status=302), method="post", kwargs=post, data=seat),
    Row("callups:post-absent", only(*LEADERS, status=302), method="post", kwargs=post, data=seat),
    # Too early for everybody: the shift begins in some hours.
    Row("callups:post-walk-up", only(*LEADERS, status=409), method="post", kwargs=post, data=walk_up),
    Row("callups:post-support", only(*LEADERS, status=302), method="post", kwargs=post, data=ppe),
    Row("callups:post-phone", only(*LEADERS), method="post", kwargs=post, data=seat),
    Row("callups:post-roll", only(*LEADERS), method="post", kwargs=post, data=of_shift),
    Row("callups:gate-home", only("guard"), stranger=302),
    Row("callups:gate-detail", only("guard"), kwargs=post, stranger=302),
    Row("callups:gate-code", only("guard"), kwargs=post),
    Row("callups:gate-people", only("guard"), kwargs=post),
    # Nobody leads the post of the scene.
    Row("callups:gate-leader", only("guard", status=409), method="post", kwargs=post),
    Row("callups:my-check-in", everybody(), kwargs=check_in, why_neighbor=AT_THE_POST),
    Row("callups:my-check-in-check", everybody(409), method="post", kwargs=check_in, data=no_code),
    Row("callups:my-check-in-undo", everybody(422), method="post", kwargs=check_in, data=no_code),
    Row("callups:desk-hours-list", only(*RUNNERS, "neighbor"), stranger=302, why_neighbor=ELSEWHERE),
    Row("callups:desk-hours-detail", only(*RUNNERS), kwargs=record, stranger=302),
    Row("callups:desk-hours-confirm", {}, method="post", kwargs=record, data=reason),
    Row("callups:desk-hours-approve", only(*RUNNERS, status=302), method="post", kwargs=record, data=reason),
    Row("callups:desk-hours-void", only(*RUNNERS, status=302), method="post", kwargs=record, data=reason),
    Row("records:my-record-list", {**everybody(), "stranger": 302}, why_neighbor="his own hours"),
]
