"""How a run reports what can be expected to end it: a failure is one line, and an interrupted run is canceled."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from wicked_pipeline.errors import ExpectedError


@contextmanager
def one_line_failures(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Turn what can be expected to go wrong into a `Failure` whose description is its one line.

    A run that Ctrl-C ends in the terminal is canceled: Dagster would call it a failure, since nobody asked the UI.
    """
    try:
        yield
    except ExpectedError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        run = context.instance.get_run_by_id(context.run.run_id)
        if run and run.status == dg.DagsterRunStatus.STARTED:
            context.instance.report_run_canceling(run)
        raise
