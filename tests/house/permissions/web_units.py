"""The register of resident units at the desk."""

from tests.house.permissions import RUNNERS, SEERS, Row, only
from tests.house.scene import Scene

ELSEWHERE = "his own place, where there is none of this"


def unit(scene: Scene) -> dict[str, str]:
    return {"code": scene.code("unit")}


def facts(scene: Scene) -> dict[str, object]:
    """One form that holds what each of the deeds asks for."""
    return {
        "name": "成都市第七中学",
        "kind": "public_body",
        "address": "林荫中街1号",
        "headcount": 130,
        "declared_cadre_count": 20,
        "reason": "搬走了",
        "way": "phone",
        "note": "确认名单",
        "title": "预案",
        "approver": "王校长",
        "valid_from": "2026-01-01",
        "valid_to": "2027-01-01",
        "phone": "17712345096",
        "person": scene.world.person("worker").code,
        "people": "杨帆 17712345096",
    }


def deed(name: str, *cast: str, status: int = 302) -> Row:
    return Row(f"web:desk-unit-{name}", only(*cast, status=status), method="post", kwargs=unit, data=facts)


ROWS = [
    Row("web:desk-unit-list", only(*SEERS, "neighbor", "far_overseer"), stranger=302, why_neighbor=ELSEWHERE),
    Row("web:desk-unit-new", only(*RUNNERS, "neighbor"), stranger=302, why_neighbor=ELSEWHERE),
    Row("web:desk-unit-detail", only(*SEERS, "liaison"), kwargs=unit, stranger=302),
    Row("web:desk-unit-edit", only(*RUNNERS), kwargs=unit, stranger=302),
    deed("edit", *RUNNERS),
    # Linked already: who may is told so.
    deed("link", *RUNNERS, status=409),
    deed("unlink", *RUNNERS),
    deed("contact", *RUNNERS),
    deed("plan", *RUNNERS),
    deed("liaison", *RUNNERS),
    deed("community-liaison", *RUNNERS),
    deed("team", *RUNNERS),
]
