"""Reports a run's expected errors: a failure is one line, and an interrupted run is canceled."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from wicked_pipeline.errors import ExpectedError


@contextmanager
def one_line_failures(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Turns an `ExpectedError` into a `Failure` whose description is its one line.

    A run that Ctrl-C ends in the terminal becomes canceled. Dagster would report a failure, since the UI didn't cancel
    it.
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
