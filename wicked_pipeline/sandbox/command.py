"""The `sandbox` command's arguments and code. `cli.py` adds it to `wicked-pipeline`."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from wicked_pipeline.sandbox.faults import parse_fault, parse_outage
from wicked_pipeline.sandbox.generate import build_world
from wicked_pipeline.sandbox.reading import parse_reading, zone_of
from wicked_pipeline.sandbox.records import RecordsError, world_of_records
from wicked_pipeline.sandbox.running import serve
from wicked_pipeline.sandbox.spend import write_spend
from wicked_pipeline.sandbox.switches import KEY, Switches
from wicked_pipeline.sandbox.world import World


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's options. `docs/sandbox.md` describes the values of `--reading`, `--fault` and `--outage`."""
    add = parser.add_argument
    add("--port", type=int, default=8080, help="the port to listen on; 0: a free one (default: %(default)s)")
    add("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    add("--seed", type=int, default=1, help="the same seed makes the same world (default: %(default)s)")
    add("--first-day", type=date.fromisoformat, default=date(2024, 1, 1), help="YYYY-MM-DD (default: %(default)s)")
    add("--days", type=int, default=90, help="days that the world covers (default: %(default)s)")
    add("--contacts", type=int, default=40, help="new contacts a day (default: %(default)s)")
    add("--clicks", type=int, default=300, help="clicks a day (default: %(default)s)")
    add("--orders", type=int, default=30, help="orders a day, on average (default: %(default)s)")
    add(
        "--records",
        type=Path,
        metavar="DIR",
        help="serve contacts.ndjson, clicks.ndjson and orders.ndjson of this folder",
    )
    add("--spend", type=Path, metavar="FILE", help="write the invented shop's advertising costs to FILE, as CSV")
    add("--zone", default="America/New_York", help="the account's time zone (default: %(default)s)")
    add("--api-key", default=KEY, help="the only key that it accepts (default: %(default)s)")
    add("--not-enabled", action="store_true", help="answer 401, as for an account without the Outbound API")
    add("--requests-per-minute", type=int, default=120, help="0 lifts the limit (default: %(default)s)")
    add("--latency", type=float, default=0.0, metavar="SECONDS", help="how many seconds each answer takes")
    several: dict[str, Any] = {"action": "append", "default": []}
    add("--reading", **several, metavar="NAME=VALUE", help="a reading of the specification, such as to=exclusive")
    add("--fault", **several, metavar="KIND:WHEN", help="a fault, such as 503:0.1 (one in ten) or reset:#3@/clicks")
    add("--outage", **several, metavar="AFTER:SECONDS[:KIND]", help="an outage: seconds of 503, drop or refused")


def run(arguments: argparse.Namespace) -> int:
    """Serves until it is stopped. Returns the exit status: 2 for a wrong switch, 1 if the port is not available."""
    try:
        switches = _switches(arguments)
        world = _world(arguments)
        if arguments.spend is not None:
            write_spend(world, arguments.spend)
    except (ValueError, RecordsError) as error:
        print(f"wicked-pipeline sandbox: {error}", file=sys.stderr)  # noqa: T201  # the command's own output
        return 2
    try:
        serve(world, arguments.port, arguments.host, switches, ready=_announce)
    except OSError as error:
        print(f"wicked-pipeline sandbox: port {arguments.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _world(arguments: argparse.Namespace) -> World:
    """The world of the folder in `--records`, or an invented one."""
    if arguments.records is not None:
        if arguments.spend is not None:
            raise ValueError("--spend is what an invented shop's advertising costs; with --records there is none")
        return world_of_records(arguments.records, arguments.zone)
    return build_world(
        arguments.first_day, arguments.days, arguments.contacts, arguments.clicks, arguments.orders,
        arguments.seed, arguments.zone,
    )  # fmt: skip


def _switches(arguments: argparse.Namespace) -> Switches:
    zone_of(arguments.zone)
    least = {"days": 1, "contacts": 0, "clicks": 0, "orders": 0, "requests_per_minute": 0, "latency": 0}
    for name, bound in least.items():
        if getattr(arguments, name) < bound:
            raise ValueError(f"--{name.replace('_', '-')} must be at least {bound}")
    if not 0 <= arguments.port <= 65_535:
        raise ValueError("--port must be from 0 to 65535")
    return Switches(
        key=arguments.api_key,
        enabled=not arguments.not_enabled,
        requests_per_minute=arguments.requests_per_minute,
        latency=arguments.latency,
        reading=parse_reading(arguments.reading),
        faults=[parse_fault(word) for word in arguments.fault],
        outages=[parse_outage(word) for word in arguments.outage],
    )


def _announce(url: str) -> None:
    print(f"The sandbox answers at {url}", flush=True)  # noqa: T201  # the demo waits for this line
