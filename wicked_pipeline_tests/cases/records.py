"""The API's records as a case needs them: what isn't said is as the specification's samples have it."""

from collections.abc import Mapping, Sequence
from typing import Any

Record = dict[str, Any]

TOUCHPOINTS = ("firstClick", "firstOptin", "reOptin", "lastClick")


def instant(text: str) -> str:
    """`2024-01-05` is three in the afternoon UTC, `2024-01-05 04:00` that minute (UTC); any other text is itself."""
    if len(text) == 10:
        return f"{text}T15:00:00.000Z"
    return f"{text.replace(' ', 'T')}:00.000Z" if len(text) == 16 else text


def contact(name: str, *, ltv: float = 0, created: str | None = "2024-01-02", **fields: Any) -> Record:
    """A contact with the id `name`, its e-mail and source id made of it; `fields` by the API's names win."""
    return {
        "id": name,
        "sourceId": f"s-{name}",
        "sourceSystem": "unknown",
        "email": f"{name.lower()}@example.com",
        "firstName": "A",
        "lastName": "B",
        "LTV": ltv,
        "createDate": created and instant(created),
        "firstClick": {"date": None},
        "firstOptin": {"date": None},
        "reOptin": {"date": None},
        "urlWicked": f"https://my.wickedreports.com/x?id={name}",
        "links": {},
    } | fields


def click(name: str, at: str, source: str | None, medium: str | None, campaign: str | None, **fields: Any) -> Record:
    """A click of the contact `name`."""
    return {
        "contactId": name,
        "contactSourceId": f"s-{name}",
        "date": instant(at),
        "email": f"{name.lower()}@example.com",
        "isFirstClick": False,
        "isFirstOptin": False,
        "isLastClick": False,
        "isReOptin": False,
        "source": "shop",
        "utms": {"source": source, "medium": medium, "campaign": campaign, "content": None, "term": None},
        "wickedid": None,
        "wickedsource": None,
        "trackingUrl": "https://shop.example.com/",
        "links": {"contact": {"href": f"/contacts/{name}"}},
    } | fields


def order(
    number: str,
    name: str | None,
    at: str,
    amount: float | None,
    *payments: tuple[str, float],
    subscription: str = "",
    product: str = "p",
    **fields: Any,
) -> Record:
    """An order of the contact `name`; `payments` are (status, amount) at its own time; none: one APPROVED of all."""
    paid: Sequence[Mapping[str, Any]] = [
        {"date": instant(at).removesuffix(".000Z"), "status": status, "amount": money}
        for status, money in payments or [("APPROVED", amount)]
    ]
    return {
        "id": number,
        "sourceId": f"so-{number}",
        "sourceSystem": "stripe",
        "date": instant(at),
        "attributions": {touchpoint: {"date": None} for touchpoint in TOUCHPOINTS},
        "contact": {"id": name, "sourceId": f"s-{name}", "email": f"{name.lower()}@example.com"} if name else {},
        "products": [{"id": product, "name": product.upper(), "qty": 1, "PPU": amount}],
        "payments": paid,
        "amount": amount,
        "currency": "USD",
        "subscriptionId": subscription,
        "links": {"contact": {"href": f"/contacts/{name}"}},
    } | fields
