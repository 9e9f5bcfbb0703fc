"""Trail, jobs, messages, numbers of the norms and modes."""

from tests.house.permissions import RUNNERS, SEERS, Row, only
from tests.house.scene import Scene

NUMBERS = "the province's numbers, which hold for him as well"
OWN = "his own community"
COUNTY_UP = ("county_overseer", "far_overseer", "city_overseer", "province_overseer")
DESKS = (*SEERS, "neighbor", "far_overseer")


def about(scene: Scene) -> dict[str, str]:
    return {"subject_kind": "call_up", "subject_code": scene.code("call_up")}


def message(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("message")}


def run(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("work")}


def number(_scene: Scene) -> dict[str, str]:
    return {"key": "shift.minutes_max"}


ROWS = [
    Row("audit:desk-trail-list", only("auditor")),
    Row("jobs:desk-run-detail", only("worker", "administrator"), kwargs=run),
    Row("notifications:desk-message-about", only(*RUNNERS), kwargs=about),
    # Only a message that failed is sent again: 409 says so to those who may.
    Row("notifications:desk-message-resend", only(*RUNNERS, status=409), method="post", kwargs=message),
    Row("norms:desk-setting-list", only(*DESKS, "administrator"), why_neighbor=NUMBERS),
    Row("norms:desk-setting-change", only(*COUNTY_UP), kwargs=number),
    Row("norms:desk-setting-change", only(*COUNTY_UP, status=422), method="post", kwargs=number),
    Row("norms:desk-mode-switch", only(*DESKS), why_neighbor=OWN),
    Row("norms:desk-mode-switch", only(*DESKS, status=422), method="post", why_neighbor=OWN),
]
