"""`wicked-pipeline contact`: one contact of the API, as JSON on standard output."""

import argparse
import sys

import msgspec

from wicked_pipeline.api import open_client
from wicked_pipeline.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Prints the contact's record, indented. Raises `ApiError`; `NotFound` if there is no such contact."""
    with open_client(load_settings().account) as client:
        record = client.contact(arguments.name).record
    sys.stdout.buffer.write(msgspec.json.format(bytes(record), indent=2) + b"\n")
    return 0
