"""Which runs read again what is landed, and which go on where another ended."""

import dagster as dg

from wicked_pipeline.defs.runs import SKIP_LANDED, rereads, resumed_by


def test_a_launched_run_reads_again() -> None:
    run = dg.DagsterRun(job_name="raw")
    assert rereads(run)
    assert resumed_by(run, dg.DagsterInstance.ephemeral()) is None


def test_a_backfill_of_the_command_line_skips_what_anybody_landed() -> None:
    run = dg.DagsterRun(job_name="raw", tags={SKIP_LANDED: "true"})
    assert not rereads(run)
    assert resumed_by(run, dg.DagsterInstance.ephemeral()) is None


def test_a_reexecuted_run_skips_what_the_tries_before_it_landed() -> None:
    instance = dg.DagsterInstance.ephemeral()
    first = dg.DagsterRun(job_name="raw")
    second = dg.DagsterRun(
        job_name="raw", tags={"dagster/parent_run_id": first.run_id, "dagster/root_run_id": first.run_id}
    )
    third = dg.DagsterRun(
        job_name="raw", tags={"dagster/parent_run_id": second.run_id, "dagster/root_run_id": first.run_id}
    )
    for run in (first, second, third):
        instance.add_run(run)
    assert not rereads(third)
    assert set(resumed_by(third, instance) or ()) == {first.run_id, second.run_id}
