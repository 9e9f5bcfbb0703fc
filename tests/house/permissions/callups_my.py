"""The answer page of a volunteer: the signed link is the key, with or without an account; any other token opens nothing."""

from muster.callups.access import OFFER_LINK, ORDER_LINK
from muster.callups.rules.answers import risk_mark
from tests.house.permissions import Row, everybody, only
from tests.house.scene import Scene


def token(scene: Scene) -> dict[str, str]:
    return {"token": scene.link(OFFER_LINK, "offer")}


def order_token(scene: Scene) -> dict[str, str]:
    return {"token": scene.link(ORDER_LINK, "order")}


def wrong_purpose(scene: Scene) -> dict[str, str]:
    return {"token": scene.link("sign_in", "offer")}


def yes(scene: Scene) -> dict[str, str]:
    return {"answer": "yes", "risk": risk_mark(scene.things["call_up"].risk_statement)}


# A link in the hands of somebody who is signed in as another person says whose it is not, and opens nothing.
ROWS = [
    # The signature of the provider is the key; without it nobody is let in, whoever is signed in.
    Row("callups:texts-reply", {}, others=403, method="post"),
    Row("callups:my-offer", only("volunteer", "stranger"), others=403, kwargs=token),
    Row("callups:my-offer", everybody(404), kwargs=wrong_purpose),
    Row("callups:my-order", only("stranger"), others=403, kwargs=order_token),
    Row("callups:my-order", everybody(404), kwargs=wrong_purpose),
    Row(
        "callups:my-offer-answer",
        only("volunteer", "stranger", status=303),
        others=403,
        method="post",
        kwargs=token,
        data=yes,
    ),
    Row("callups:my-offer-answer", everybody(404), method="post", kwargs=wrong_purpose, data=yes),
    Row("callups:my-offer-calendar", only("volunteer", "stranger"), others=403, kwargs=token),
]
