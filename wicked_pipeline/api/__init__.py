"""The Outbound API over HTTP, within its request budget. A notebook can use this package alone.

`client.py` sends the requests, `budget.py` decides when, `errors.py` defines the errors, and `paging.py` reads windows
for extraction. Callers decide which days to read and where to store them.
"""

from wicked_pipeline.api import errors
from wicked_pipeline.api.allowance import DEFAULT_LIMIT
from wicked_pipeline.api.budget import Budget
from wicked_pipeline.api.client import Client, open_client
from wicked_pipeline.api.frame import Page, Single
from wicked_pipeline.api.paging import PagedSource
from wicked_pipeline.endpoints import Rate

__all__ = ["DEFAULT_LIMIT", "Budget", "Client", "Page", "PagedSource", "Rate", "Single", "errors", "open_client"]
