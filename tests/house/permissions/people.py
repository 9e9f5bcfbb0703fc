"""The register at the desk, and one's own pages."""

from django.utils import timezone

from tests.house.permissions import RUNNERS, SEERS, Fills, Row, everybody, nothing, only
from tests.house.scene import Scene

ELSEWHERE = "his own people, and none of ours"
OWN = "his own page"
GRANTERS = (*RUNNERS, "administrator")


def person(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("person")}


def phone(_scene: Scene) -> dict[str, str]:
    return {"field": "phone", "purpose": "call_up"}


def paused(_scene: Scene) -> dict[str, str]:
    return {"state": "paused"}


def reason(_scene: Scene) -> dict[str, str]:
    return {"reason": "退休护士"}


def account(scene: Scene) -> dict[str, str]:
    return {"code": scene.world.account("volunteer").code}


def somebody(_scene: Scene) -> dict[str, str]:
    return {"who": "13000000002"}


def guard_here(_scene: Scene) -> dict[str, str]:
    return {"kind": "guard", "over": "510107001001", "valid_from": f"{timezone.localdate()}"}


def no_role(_scene: Scene) -> dict[str, str]:
    return {"role": "guard.1..2020-01-01."}


def locked(_scene: Scene) -> dict[str, str]:
    return {"state": "locked"}


def deed(name: str, *cast: str, status: int = 302, data: Fills = nothing) -> Row:
    return Row(
        f"people:desk-account-{name}", only(*cast, status=status), method="post", kwargs=account, data=data
    )


ROWS = [
    Row("people:desk-account-list", only(*GRANTERS, "neighbor"), why_neighbor=ELSEWHERE),
    Row("people:desk-account-new", only(*GRANTERS, "neighbor"), why_neighbor=ELSEWHERE),
    Row(
        "people:desk-account-new",
        # The number of the neighbor himself: it is in his places and in those of the two above him.
        {**only("township_overseer", "neighbor", "administrator", status=302), "worker": 422},
        method="post",
        data=somebody,
        why_neighbor=ELSEWHERE,
    ),
    Row("people:desk-account", only(*GRANTERS), kwargs=account),
    deed("grant", *GRANTERS, data=guard_here),
    # No such role: behind the door as before it.
    deed("revoke", data=no_role),
    Row(
        "people:desk-account-state",
        # Locking is the administrator's; who may only grant is told so.
        {**only(*RUNNERS, status=409), "administrator": 302},
        method="post",
        kwargs=account,
        data=locked,
    ),
    deed("sessions", *GRANTERS),
    Row(
        "people:desk-account-totp",
        {**only(*RUNNERS, status=409), "administrator": 302},
        method="post",
        kwargs=account,
    ),
    deed("link", *GRANTERS),
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
    Row("people:my-password", {**everybody(), "stranger": 302}, why_neighbor=OWN),
    Row("people:my-password", {**everybody(422), "stranger": 404}, method="post", why_neighbor=OWN),
    Row("people:my-disclosures", {**everybody(), "stranger": 302}, why_neighbor=OWN),
]
