"""The sandbox's command says where it answers, takes every switch that its documentation names, and ends cleanly."""

import argparse
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from wicked_pipeline.sandbox import Reading
from wicked_pipeline.sandbox.command import add_arguments, run
from wicked_pipeline.sandbox.faults import KINDS

ROOT = Path(__file__).parent.parent
DOCUMENTATION = (ROOT / "docs/sandbox.md").read_text()
PROGRAM = """
import argparse, sys
from wicked_pipeline.sandbox.command import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command as a process of its own, and the line that it prints."""
    command = [sys.executable, "-c", PROGRAM, "--days=2", "--port=0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(options)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_url_and_ends_with_status_0_when_told_to(number: signal.Signals) -> None:
    with started("--api-key=k", "--reading=to=exclusive", "--fault=never:#2") as (process, line):
        url = re.search(r"http://127.0.0.1:\d+", line)
        assert url is not None
        window = {"from": "2024-01-01", "to": "2024-01-02"}
        answer = requests.get(f"{url[0]}/clicks", params=window, headers={"apikey": "k"}, timeout=10)
        assert {click["date"][:10] for click in answer.json()["results"]} == {"2024-01-01"}
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{url[0]}/clicks", params=window, headers={"apikey": "k"}, timeout=0.3)
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_a_taken_port_is_one_line_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(parsed(f"--port={port}", "--days=1")) == 1
    assert capsys.readouterr().err.strip().splitlines() == [
        f"wicked-pipeline sandbox: port {port}: Address already in use"
    ]


@pytest.mark.parametrize(
    "option",
    [
        "--reading=to=maybe",
        "--fault=503:often",
        "--outage=soon",
        "--zone=Mars",
        "--days=0",
        "--latency=-1",
        "--port=70000",
    ],
)
def test_a_wrong_switch_is_one_line_and_status_2(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed(option)) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_records_of_ones_own_are_served_as_they_are_written(tmp_path: Path) -> None:
    record = '{"id":"1001","date":"2024-01-02T15:00:00.000Z","amount":12345678901234.5678,"odd":{"x":[1.10]}}'
    (tmp_path / "orders.ndjson").write_text(record + "\n\n")
    with started(f"--records={tmp_path}", "--api-key=k") as (_, line):
        url = line.split()[-1]
        window = {"from": "2024-01-02", "to": "2024-01-02"}
        orders = requests.get(f"{url}/orders", params=window, headers={"apikey": "k"}, timeout=10)
        clicks = requests.get(f"{url}/clicks", params=window, headers={"apikey": "k"}, timeout=10)
    assert f'"results":[{record}]' in orders.text
    assert clicks.json()["total"] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"id": 1}\n{"id": ', "orders.ndjson, line 2: not a JSON object"), (None, "holds none of contacts.ndjson")],
)
def test_records_that_cannot_be_served_are_one_line_and_status_2(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content:
        (tmp_path / "orders.ndjson").write_bytes(content)
    assert run(parsed(f"--records={tmp_path}")) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert said in line


def test_every_option_reading_and_fault_is_documented() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options = re.findall(r"--[a-z-]+", parser.format_help())
    readings = [f"`{field.name.replace('_', '-')}`" for field in fields(Reading)]
    missing = [word for word in (*options, *readings, *(f"`{kind}`" for kind in KINDS)) if word not in DOCUMENTATION]
    assert not missing
