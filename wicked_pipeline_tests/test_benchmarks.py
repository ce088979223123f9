"""The benchmarks go on working as models change: each ends well on a small world, its own comparisons included."""

import subprocess
import sys

import pytest

from wicked_pipeline.settings import PROJECT_ROOT

SMALL = {
    "attribution": ["--clicks", "100000"],
    "lifetime_value": ["--customers", "20000", "--orders", "100000"],
    "forecast": ["--customers", "20000"],
    "freshness": ["--scales", "1", "--allowances", "20", "--days", "5"],
    "landing": ["--clicks", "20000", "--others", "2000", "--pairs", "1"],
}


@pytest.mark.long
@pytest.mark.parametrize("benchmark", SMALL)
def test_it_runs_and_its_figures_agree(benchmark: str) -> None:
    assert {path.stem for path in (PROJECT_ROOT / "benchmarks").glob("[!_]*.py")} == set(SMALL)
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", *SMALL[benchmark]]
    ended = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
