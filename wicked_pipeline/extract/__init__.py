"""Reads ranges of days from a source into the spool, by windows and pages. Knows dates, but no tables and no API.

`planner.py` chooses the next window, and the threads of `fetch.py` read it.
"""

from wicked_pipeline.extract.fetch import WindowsFailed, fetch
from wicked_pipeline.extract.plan import expected_requests

__all__ = ["WindowsFailed", "expected_requests", "fetch"]
