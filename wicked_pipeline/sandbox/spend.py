"""The cost of the shop's clicks, as the CSV file that its owner would compile from three advertising accounts."""

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

from wicked_pipeline.sandbox.catalogue import CHANNELS
from wicked_pipeline.sandbox.instants import local_text
from wicked_pipeline.sandbox.population import CURRENCIES
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline.sandbox.world import World

COLUMNS = ("date", "ad_account", "source", "medium", "campaign", "currency", "spend", "clicks")


def write_spend(world: World, path: Path) -> None:
    """A line for each day, paid campaign and currency. The same world gives the same file."""
    zone = zone_of(world.zone)
    clicks: Counter[tuple[str, ...]] = Counter()
    for click in world.clicks:
        utms = click.get("utms") or {}
        words = (str(utms.get(name)) for name in ("source", "medium", "campaign"))
        clicks[local_text(click["date"], zone)[:10], *words] += 1
    rng = Random(len(world.clicks))  # noqa: S311  # invented prices, not secrets
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for day in (str(world.first_day + timedelta(number)) for number in range(world.days)):
            for channel in (channel for channel in CHANNELS if channel.cost):
                for campaign in channel.campaigns:
                    utms = (channel.source, channel.medium, campaign)
                    for currency, share in CURRENCIES:
                        paid = clicks[day, *utms] * share
                        spend = paid * channel.cost * rng.uniform(0.8, 1.2)
                        writer.writerow([day, f"Shop {currency}", *utms, currency, f"{spend:.2f}", round(paid)])
