"""Removes fields that real records lack: optional fields are missing, or null if the schema allows it."""

from collections.abc import Iterable
from itertools import cycle
from random import Random

from wicked_pipeline.sandbox.touchpoints import Record
from wicked_pipeline.sandbox.world import World

SPARSE = 250
"""One record in so many lacks a field."""
NAMELESS, UNDATED = 0.004, 0.008
"""The shares of contacts without a `createDate`, and with a null one."""

# A key with `?` may be null too.
CLICK_KEYS = ("contactSourceId", "email?", "source", "utms", "wickedid?", "wickedsource?", "trackingUrl", "links")
ORDER_KEYS = ("contact", "payments", "amount", "currency", "sourceSystem?", "products")
CONTACT_KEYS = ("sourceSystem", "firstName?", "lastName?", "LTV", "links")


def thin_events(rng: Random, world: World) -> None:
    """Removes fields of clicks and orders, before anything is derived from them."""
    _thin(rng, world.clicks, CLICK_KEYS)
    _thin(rng, world.orders, ORDER_KEYS)


def thin_derived(rng: Random, world: World) -> None:
    """Removes fields of contacts, and derived fields of clicks and orders."""
    for contact in world.contacts:
        chance = rng.random()
        if chance < NAMELESS + UNDATED:
            world.created[contact["id"]] = contact["createDate"]
            if chance < UNDATED:
                contact["createDate"] = None
            else:
                del contact["createDate"]
    _thin(rng, world.contacts, CONTACT_KEYS)
    _thin(rng, world.orders, ("attributions", "links"))
    _thin(rng, (click for click in world.clicks if not click["isFirstOptin"]), ("isFirstOptin",))


def _thin(rng: Random, records: Iterable[Record], keys: tuple[str, ...]) -> None:
    turns = cycle(
        [(key.removesuffix("?"), null) for key in keys for null in ((False, True) if "?" in key else (False,))]
    )
    for record in records:
        if rng.random() * SPARSE < 1:
            key, null = next(turns)
            if null:
                record[key] = None
            else:
                record.pop(key, None)
