"""All attribution models and marts from staging, by dbt, beside the same figures by one SQL script written by hand.

    python benchmarks/attribution.py [--clicks 10000000] [--memory 2GB]

The world (`attribution_world.sql`) has a tenth as many orders as clicks and a hundredth as many customers. dbt builds
the marts; then the script (`attribution.sql`) works them out into a schema of its own. Prints seconds of both, and
fails where the figures differ.
"""

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

import duckdb

ROOT = Path(__file__).parents[1]
SELECTION = ["core", "intermediate.attribution", "marts.attribution"]
VARIABLES = "attribution_channel: source_medium"
PROFILE = """
wicked:
  target: bench
  outputs:
    bench: {{type: duckdb, path: "{path}", threads: 2, settings: {{TimeZone: UTC, memory_limit: {memory}}}}}
"""
EFFECTS = "create temp table effects as select unnest($1::bigint[]) as channel_no, unnest($2::double[]) as effect"
COMPARED = (
    "orders", "channel_contribution", "conversion_paths", "path_lengths", "assisted_conversions",
    "attribution_content_daily", "attribution_daily", "model_comparison", "attribution_coverage", "channel_performance",
    "touchpoint_reconciliation",
)  # fmt: skip


@dataclass
class Cost:
    """What a step took: seconds on the clock, and of processors."""

    clock: float = 0
    processors: float = 0

    def __str__(self) -> str:
        return f"{self.clock:.1f} s, {self.processors:.1f} s of processors"


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
        print(f"{chosen.clicks:,} clicks, {os.cpu_count()} cores, limit {chosen.memory}")
        with measured() as by_dbt:
            run_dbt(Path(folder), "run", "--exclude", "staging", "int_coverage", "--select", *SELECTION)
        print(f"dbt: {by_dbt}")
        with duckdb.connect(str(world), config={"threads": 2, "memory_limit": chosen.memory}) as connection:
            connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
            with measured() as by_hand:
                run_script(connection)
            print(f"script: {by_hand}")
            clock, processors = by_dbt.clock / by_hand.clock, by_dbt.processors / by_hand.processors
            print(f"dbt takes {clock:.2f} x the script's time, {processors:.2f} x its processors'")
            if wrong := [mart for mart in COMPARED if differing_rows(connection, mart)]:
                sys.exit(f"these differ from the script: {', '.join(wrong)}")


def make_world(path: Path, clicks: int) -> None:
    statements = Template((ROOT / "benchmarks" / "attribution_world.sql").read_text())
    with duckdb.connect(str(path), config={"threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(statements.substitute(clicks=clicks, orders=clicks // 10, customers=clicks // 100))


@contextmanager
def measured() -> Iterator[Cost]:
    """What the block costs this process and those it waits for, known once it has ended."""
    cost = Cost()
    began, used = time.monotonic(), _processor_seconds()
    yield cost
    cost.clock, cost.processors = time.monotonic() - began, _processor_seconds() - used


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def run_dbt(folder: Path, *arguments: str) -> None:
    directories = ["--project-dir", ROOT / "dbt", "--profiles-dir", folder, "--target-path", folder / "target"]
    options = ["--log-path", folder, "--quiet", *arguments, *directories, "--vars", VARIABLES]
    subprocess.run([Path(sys.executable).with_name("dbt"), *options], check=True)


def run_script(connection: duckdb.DuckDBPyConnection) -> None:
    """The script's two halves, and between them the one thing that isn't SQL."""
    paths, marts = Path(__file__).with_suffix(".sql").read_text().split("-- here the removal effects are worked out\n")
    connection.execute(paths)
    moves = connection.execute("from moves").fetchall()
    channels = sorted({state for source, target, _ in moves for state in (source, target) if state > 0})
    effects = solver().removal_effects(channels, moves)
    connection.execute(EFFECTS, [channels, [float(effect) for effect in effects]])
    connection.execute(marts)


def solver():
    """The module of the model that solves the chain, as dbt runs it."""
    path = ROOT / "dbt" / "models" / "intermediate" / "attribution" / "int_removal_effects.py"
    spec = importlib.util.spec_from_file_location("int_removal_effects", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def differing_rows(connection: duckdb.DuckDBPyConnection, mart: str) -> int:
    """Rows of the mart that the script has not, or has with other figures, in the columns that both have.

    Counts are equal; what is computed in floating point may differ by a millionth, and money by 0.001: where half of
    0.0001 is rounded, a hair decides.
    """
    plain = connection.execute(f"describe plain.{mart}").fetchall()
    common = {row[0] for row in connection.execute(f"describe marts.{mart}").fetchall()}
    types = {name: kind for name, kind, *_ in plain if name in common}
    figures = [name for name, kind in types.items() if kind.startswith(("DECIMAL", "DOUBLE"))]
    key = ", ".join(name for name in types if name not in figures)
    columns = ", ".join([key, *figures])
    apart = [f"count({name}) = 1 or abs(sum({name} * side)) > 1e-3 + 1e-6 * sum(abs({name}))" for name in figures]
    counted = connection.execute(f"""
        select count(*)
        from (
            select {key}
            from (select {columns}, 1 as side from marts.{mart} union all select {columns}, -1 from plain.{mart})
            group by {key}
            having {" or ".join(["count(*) <> 2", *apart])}
        )
    """).fetchone()
    return counted[0]


if __name__ == "__main__":
    main()
