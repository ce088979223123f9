"""One window read from its source into the spool, again until it holds together: data may move meanwhile.

What its records say, and whether they are enough, is judged in `tally.py`.
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
"""How often a window is read while the data under it moves; the last reading is landed as unsettled."""


def read_window(
    source: Source, spool: Spool, window: Window, zone: tzinfo, on_batch: Callable[[Batch], None]
) -> WindowRead:
    """Reads a window until it holds together; `on_batch` hears of each batch that came, before it is kept.

    Raises what `on_batch` raises, and what the source does where no batch comes whole.
    """
    effort, repeated = Effort(), 0
    for reading in range(1, _READS + 1):
        tally = Tally(window, effort + Effort(reads=1))
        try:
            spooled = _read_once(source, spool, tally, zone, on_batch, to_the_end=reading == _READS)
        except Refused:
            if tally.pages == 0 or reading == _READS:
                raise
            # Assumed: the request was in order before, so what is refused is a `next` that has expired.
            _LOG.warning("%s: page %d was refused; the window is read again", window, tally.pages + 1)
            effort = tally.effort + Effort(requests=1, retries=1)
            continue
        if tally.holds_together(repeated):
            _LOG.info("%s: %d records%s", window, tally.records, "; the rest is the next window's" if tally.cut else "")
            return tally.result(spooled, settled=True)
        effort, repeated = tally.effort, tally.repeated
        if reading < _READS:
            _LOG.warning("%s: the data moved in reading %d; the window is read again", window, reading)
            spooled.delete()
    _LOG.warning("%s: the data moved in each of %d readings; it is landed unsettled, and due again", window, _READS)
    return tally.result(spooled, settled=False)


def read_left_behind(source: Source, spooled: SpooledWindow, zone: tzinfo = UTC) -> WindowRead | None:
    """A window that an ended run left in the spool, as if just read; None where it is of no use.

    A window that was being read counts as cut where its pages came in the order of their dates.
    """
    tally = Tally(replace(spooled.window, enough=NEVER), Effort())  # other days may be wanted by now
    try:
        for batch in source.replay(spooled.window, spooled.bodies()):
            _add(tally, spooled, zone, batch)
    except Unreadable:  # a page that the power cut off
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
    """Counts the batch and adds its lines; each record is looked into this once."""
    endpoint = tally.window.endpoint
    described = describe(endpoint, batch.records, zone, damaged=batch.damaged)
    tally.add(batch, described)
    lines = lines_of(endpoint, batch.number, batch.records, described)
    tally.longest_line = max(tally.longest_line, *map(len, lines), 0)
    if batch.body:
        spooled.write_lines(batch.number, lines)
