"""The register at the desk, and one's own pages."""

from tests.house.permissions import RUNNERS, SEERS, Row, everybody, only
from tests.house.scene import Scene

ELSEWHERE = "his own people, and none of ours"
OWN = "his own page"


def person(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("person")}


def phone(_scene: Scene) -> dict[str, str]:
    return {"field": "phone", "purpose": "call_up"}


def paused(_scene: Scene) -> dict[str, str]:
    return {"state": "paused"}


def reason(_scene: Scene) -> dict[str, str]:
    return {"reason": "退休护士"}


ROWS = [
    Row("people:desk-person-list", only(*SEERS, "neighbor", "far_overseer"), why_neighbor=ELSEWHERE),
    Row("people:desk-person-new", only(*RUNNERS, "neighbor"), why_neighbor=ELSEWHERE),
    Row(
        "people:desk-person-new",
        only(*RUNNERS, "neighbor", status=422),
        method="post",
        why_neighbor=ELSEWHERE,
    ),
    Row("people:desk-person", only(*SEERS), kwargs=person),
    Row("people:desk-person-edit", only(*RUNNERS), kwargs=person),
    Row("people:desk-person-edit", only(*RUNNERS, status=422), method="post", kwargs=person),
    Row("people:desk-person-show", only(*RUNNERS), method="post", kwargs=person, data=phone),
    Row("people:desk-person-state", only(*RUNNERS, status=302), method="post", kwargs=person, data=paused),
    Row("people:desk-person-age", only(*RUNNERS, status=302), method="post", kwargs=person, data=reason),
    Row("people:my-profile", {**everybody(), "stranger": 302}, why_neighbor=OWN),
    Row("people:my-consent", {**everybody(302), "stranger": 404}, method="post", why_neighbor=OWN),
    Row("people:my-state", {**everybody(302), "stranger": 404}, method="post", why_neighbor=OWN),
    Row("people:my-disclosures", {**everybody(), "stranger": 302}, why_neighbor=OWN),
]
