"""Reads one window from its source into the spool, several times if data moves meanwhile.

`tally.py` judges the records, and whether they suffice.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, tzinfo

from wicked_pipeline.extract.tally import Tally
from wicked_pipeline.fetched import WindowRead
from wicked_pipeline.lines import lines_of
from wicked_pipeline.records import describe
from wicked_pipeline.source import Batch, Refused, Source, Unreadable
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import NEVER, Effort, Window

_LOG = logging.getLogger(__name__)

_READS = 6
"""How often a window is read while its data moves. The last reading is landed as unsettled."""


def read_window(
    source: Source, spool: Spool, window: Window, zone: tzinfo, on_batch: Callable[[Batch], None]
) -> WindowRead:
    """Reads a window until one reading shows one state of the data. `on_batch` gets each batch before it is stored.

    Raises the errors of `on_batch` and of the source.
    """
    effort, repeated = Effort(), 0
    for reading in range(1, _READS + 1):
        tally = Tally(window, effort + Effort(reads=1))
        try:
            spooled = _read_once(source, spool, tally, zone, on_batch, to_the_end=reading == _READS)
        except Refused:
            if tally.pages == 0 or reading == _READS:
                raise
            # Assumed: the same request worked for page 1, so the API refuses a `next` that has expired.
            _LOG.warning("%s: page %d was refused; reading the window again", window, tally.pages + 1)
            effort = tally.effort + Effort(requests=1, retries=1)
            continue
        if tally.holds_together(repeated):
            _LOG.info("%s: %d records%s", window, tally.records, "; the rest is the next window's" if tally.cut else "")
            return tally.result(spooled, settled=True)
        effort, repeated = tally.effort, tally.repeated
        if reading < _READS:
            _LOG.warning("%s: the data moved in reading %d; reading the window again", window, reading)
            spooled.delete()
    _LOG.warning("%s: the data moved in each of %d readings; landing it unsettled, to be read again", window, _READS)
    return tally.result(spooled, settled=False)


def read_left_behind(source: Source, spooled: SpooledWindow, zone: tzinfo = UTC) -> WindowRead | None:
    """A window that an earlier run left in the spool, as if just read; None if it is of no use.

    A half-read window counts as cut if its pages came in the order of their dates.
    """
    tally = Tally(replace(spooled.window, enough=NEVER), Effort())  # this run may want other days
    try:
        for batch in source.replay(spooled.window, spooled.bodies()):
            _add(tally, spooled, zone, batch)
    except Unreadable:  # a power cut left half a page
        return None
    if not tally.pages:
        return None
    tally.cut = not (tally.newest.is_last and tally.holds_together(0))
    return None if tally.cut and not tally.can_be_cut() else tally.result(spooled, settled=True)


def _read_once(
    source: Source, spool: Spool, tally: Tally, zone: tzinfo, on_batch: Callable[[Batch], None], *, to_the_end: bool
) -> SpooledWindow:
    window, spooled = tally.window, None
    for batch in source.read(window):
        on_batch(batch)
        spooled = spooled or spool.begin(window, batch.requested_at)
        _add(tally, spooled, zone, batch)
        if batch.body:
            spooled.write_page(batch.number, batch.body)
        tally.cut = not batch.is_last and tally.may_stop()
        if tally.cut or (batch.moved and not to_the_end):
            break
    assert spooled is not None, "a source yields one batch at least"
    return spooled


def _add(tally: Tally, spooled: SpooledWindow, zone: tzinfo, batch: Batch) -> None:
    """Counts the batch and adds its lines. Each record is decoded only here."""
    endpoint = tally.window.endpoint
    described = describe(endpoint, batch.records, zone, damaged=batch.damaged)
    tally.add(batch, described)
    lines = lines_of(endpoint, batch.number, batch.records, described)
    tally.longest_line = max(tally.longest_line, *map(len, lines), 0)
    if batch.body:
        spooled.write_lines(batch.number, lines)
