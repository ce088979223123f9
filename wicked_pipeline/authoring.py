"""`make mart NAME=…`: builds, tests and shows a mart on a copy of the warehouse, so that nobody's figures change."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wicked_pipeline.demo import WAREHOUSE as DEMO
from wicked_pipeline.demo import say
from wicked_pipeline.reporting import first_only
from wicked_pipeline.settings import PROJECT_ROOT, load_settings
from wicked_pipeline.transform import PROJECT_DIR, executable
from wicked_pipeline.warehouse import WarehouseError, copy_warehouse

COPY = PROJECT_ROOT / "data" / "dev.duckdb"
"""The file in which the target `dev` of `dbt/profiles.yml` builds."""

_ROWS_SHOWN = "10"


def main(arguments: Sequence[str]) -> int:
    """Copies the warehouse if it is newer than the copy, builds the named models, and shows the mart's first rows.

    The copy is of your warehouse, or of the demo's if you have none. A name follows dbt's selection: `+NAME` also
    builds the models before it. Returns the exit status.
    """
    if not arguments:
        sys.exit("make mart NAME=…: the name of a mart, such as customer_ltv")
    os.umask(0o077)  # the copy and the rows that dbt stores hold people's e-mail addresses
    try:
        _renew(COPY)
    except WarehouseError as error:
        sys.exit(str(error))
    name = arguments[-1].strip("+")
    return _dbt("build", "--select", *arguments) or _dbt("--quiet", "show", "--select", name, "--limit", _ROWS_SHOWN)


def _renew(copy: Path) -> None:
    own = load_settings().duckdb_path
    source = own if own.exists() or not DEMO.exists() else DEMO
    if not copy.exists() or (source.exists() and source.stat().st_mtime > copy.stat().st_mtime):
        say(f"Copying {source} to {copy}")
        copy_warehouse(source, copy, on_wait=first_only(say))


def _dbt(*arguments: str) -> int:
    command = [str(executable()), *arguments, "--target", "dev", "--target-path", "target/dev"]
    return subprocess.run(command, cwd=PROJECT_DIR, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
