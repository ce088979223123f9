"""The command line in a process of its own, and the settings in which it reads a sandbox."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from wicked_pipeline.sandbox import Server
from wicked_pipeline.settings import PROJECT_ROOT

COMMAND = [sys.executable, "-m", "wicked_pipeline.cli"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command, once it has ended."""
    return subprocess.run([*COMMAND, *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)


def set_up(monkeypatch: pytest.MonkeyPatch, server: Server, first: date, folder: Path) -> Path:
    """Settings in the environment for this server, and the path of a warehouse that isn't there yet."""
    warehouse = folder / "shop.duckdb"
    for name, value in {
        "WICKED_API_URL": server.url,
        "WICKED_API_KEY": server.key,
        "WICKED_START_DATE": first.isoformat(),
        "WICKED_TODAY": "2024-03-31",
        "WICKED_DUCKDB_PATH": str(warehouse),
        "DAGSTER_HOME": str(folder / "home"),
    }.items():
        monkeypatch.setenv(name, value)
    return warehouse
