"""Reads from a run's tags whether it reads landed days again, or only missing ones.

A run of a range from the UI reads all its days again. A re-executed run reads only the days that the runs before it
have not landed. A backfill by command skips days landed for good, unless `--refetch` is given. A run without a range is
a sync: it reads what its plan of the day says.
"""

import dagster as dg

SKIP_LANDED = "wicked/skip_landed"
"""The tag (`true`) of a run that skips days landed for good, by whichever run."""

FULL = "wicked/full"
"""The tag (`true`) of a sync that reads everything, without regard to the allowance."""

_PARENT, _ROOT = "dagster/parent_run_id", "dagster/root_run_id"


def reads_everything(run: dg.DagsterRun) -> bool:
    """Whether the sync reads everything, without regard to the allowance."""
    return run.tags.get(FULL) == "true"


def rereads(run: dg.DagsterRun) -> bool:
    """Whether the run reads all its days, also landed ones."""
    return _PARENT not in run.tags and run.tags.get(SKIP_LANDED) != "true"


def resumed_by(run: dg.DagsterRun, instance: dg.DagsterInstance) -> list[str] | None:
    """The ids of the runs that this one resumes; None if it resumes none, or skips all days landed for good."""
    if _PARENT not in run.tags or run.tags.get(SKIP_LANDED) == "true":
        return None
    root = run.tags.get(_ROOT, run.tags[_PARENT])
    tries = instance.get_runs(dg.RunsFilter(tags={_ROOT: root}))
    return [root, *(tried.run_id for tried in tries if tried.run_id != run.run_id)]
