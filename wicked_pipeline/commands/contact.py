"""`wicked-pipeline contact`: one contact of the API, as JSON on standard output."""

import argparse
import sys

import msgspec

from wicked_pipeline.api import Budget, Client, ceilings
from wicked_pipeline.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Prints the contact's record, indented; raises `ApiError`, `NotFound` where there is none."""
    settings = load_settings()
    url, key = settings.api_url, settings.require_key()
    limits = ceilings(settings.requests_per_minute, settings.requests_per_second)
    client = Client(url, key, budget=Budget.shared(url, key, ceilings=limits))
    record = client.contact(arguments.name).record
    sys.stdout.buffer.write(msgspec.json.format(bytes(record), indent=2) + b"\n")
    return 0
