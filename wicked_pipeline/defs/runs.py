"""What a run's tags say of how it reads: again whatever is landed, or only what is missing.

Launched from the UI or by a schedule, a run reads all that it was asked for. A re-executed one is the rest of the
work of those before it. The command line skips what is landed for good, unless it is told not to.
"""

import dagster as dg

SKIP_LANDED = "wicked/skip_landed"
"""The tag (`true`) of a run that leaves out days landed for good, whoever landed them."""

_PARENT, _ROOT = "dagster/parent_run_id", "dagster/root_run_id"


def rereads(run: dg.DagsterRun) -> bool:
    """Whether the run reads all its days, landed or not."""
    return _PARENT not in run.tags and run.tags.get(SKIP_LANDED) != "true"


def resumed_by(run: dg.DagsterRun, instance: dg.DagsterInstance) -> list[str] | None:
    """The runs whose work this one goes on with, by id; None where it doesn't, or where all that is landed counts."""
    if _PARENT not in run.tags or run.tags.get(SKIP_LANDED) == "true":
        return None
    root = run.tags.get(_ROOT, run.tags[_PARENT])
    tries = instance.get_runs(dg.RunsFilter(tags={_ROOT: root}))
    return [root, *(tried.run_id for tried in tries if tried.run_id != run.run_id)]
