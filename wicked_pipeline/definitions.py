"""Dagster's entry point: loads `defs/` and nothing else."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All that Dagster sees."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
