"""A range of days, by windows and pages, from the API into the spool. Knows dates, and no tables."""

from wicked_pipeline.extract.fetch import WindowsFailed, fetch
from wicked_pipeline.extract.plan import expected_requests

__all__ = ["WindowsFailed", "expected_requests", "fetch"]
