"""All attribution models and marts from staging, by dbt, against their own SQL in one script without dbt.

    python benchmarks/attribution.py [--clicks 10000000] [--memory 2GB]

The world (`attribution_world.sql`) has a tenth as many orders as clicks and a hundredth as many customers. The script
runs each model's statement on one connection, into temporary tables: no contracts, no tests, nothing persisted.
"""

import argparse
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from string import Template
from typing import Any

import duckdb

ROOT = Path(__file__).parents[1]
SELECTION = ["orders", "contacts", "clicks", "intermediate.attribution", "marts.attribution"]
VARIABLES = "attribution_channel: source_medium"
PROFILE = """
wicked:
  target: bench
  outputs:
    bench: {{type: duckdb, path: "{path}", threads: 2, settings: {{TimeZone: UTC, memory_limit: {memory}}}}}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clicks", type=int, default=10_000_000)
    options.add_argument("--memory", default="8GB", help="DuckDB's memory limit (default 8GB)")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world.duckdb"
        make_world(world, chosen.clicks)
        (Path(folder) / "profiles.yml").write_text(PROFILE.format(path=world, memory=chosen.memory))
        run_dbt(Path(folder), "seed")
        with measured(f"dbt, {chosen.clicks:,} clicks") as by_dbt:
            run_dbt(Path(folder), "run", "--exclude", "staging", "--select", *SELECTION)
        with measured("one script") as by_script:
            run_script(world, json.loads((Path(folder) / "target" / "manifest.json").read_text()), chosen.memory)
        ratio = by_dbt["seconds"] / by_script["seconds"]
        print(f"{os.cpu_count()} cores, limit {chosen.memory}: {ratio:.2f} x the script")


def make_world(path: Path, clicks: int) -> None:
    statements = Template((ROOT / "benchmarks" / "attribution_world.sql").read_text())
    with duckdb.connect(str(path), config={"threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(statements.substitute(clicks=clicks, orders=clicks // 10, customers=clicks // 100))


@contextmanager
def measured(label: str) -> Iterator[dict[str, float]]:
    """Print and give the seconds that passed and those of processors, of this process and of those it waited for."""
    result: dict[str, float] = {}
    began, used = time.monotonic(), _processor_seconds()
    yield result
    result["seconds"] = time.monotonic() - began
    print(f"{label}: {result['seconds']:.1f} s, {_processor_seconds() - used:.1f} s of processors")


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def run_dbt(folder: Path, *arguments: str) -> None:
    directories = [
        "--project-dir",
        str(ROOT / "dbt"),
        "--profiles-dir",
        str(folder),
        "--target-path",
        str(folder / "target"),
    ]
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--log-path",
        str(folder),
        "--quiet",
        *arguments,
        *directories,
    ]
    subprocess.run([*command, "--vars", VARIABLES], check=True)


def run_script(world: Path, manifest: dict[str, Any], memory: str) -> None:
    """Each selected model's compiled statement, in the order of the graph, on one connection that writes nothing."""
    nodes = {name: node for name, node in manifest["nodes"].items() if _is_attribution(node)}
    order = TopologicalSorter({name: node["depends_on"]["nodes"] for name, node in nodes.items()}).static_order()
    with duckdb.connect(config={"threads": 2, "memory_limit": memory}) as connection:
        connection.execute(f"set timezone = 'UTC'; attach '{world}' as world (read_only)")
        for node in (nodes[name] for name in order if name in nodes):
            if node["language"] == "python":
                removal_effects(connection)
                continue
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            statement = re.sub(
                r'"world"\."(intermediate|marts)"\.(?!"channel_(sources|overrides)")', "", node["compiled_code"]
            )
            connection.execute(f"create temp {kind} {node['name']} as {statement}")


def _is_attribution(node: dict[str, Any]) -> bool:
    folders = ("models/intermediate/attribution", "models/marts/attribution")
    path = node["original_file_path"]
    return node["resource_type"] == "model" and (path.startswith(folders) or node["name"] in SELECTION[:3])


def removal_effects(connection: duckdb.DuckDBPyConnection) -> None:
    """The one model that isn't SQL, run as dbt runs it."""
    path = ROOT / "dbt" / "models" / "intermediate" / "attribution" / "int_removal_effects.py"
    spec = importlib.util.spec_from_file_location("int_removal_effects", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Dbt:
        config = staticmethod(lambda **_: None)
        ref = staticmethod(connection.table)

    module.model(Dbt, connection).create("int_removal_effects")


if __name__ == "__main__":
    main()
