"""A range of days, by windows and pages, from a source into the spool. Knows dates, no tables and no API.

`planner.py` says what to ask for next, `fetch.py` has the threads that do.
"""

from wicked_pipeline.extract.fetch import WindowsFailed, fetch
from wicked_pipeline.extract.plan import expected_requests

__all__ = ["WindowsFailed", "expected_requests", "fetch"]
