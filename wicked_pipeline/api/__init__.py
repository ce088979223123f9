"""The Outbound API over HTTP, within its request budget; usable alone, from a notebook for one.

`client.py` is the only socket, `budget.py` decides when it may be used, `errors.py` draws what can go wrong, and
`paging.py` is how extraction reads windows by it. What is asked for, and where it is kept, is decided elsewhere.
"""

from wicked_pipeline.api import errors
from wicked_pipeline.api.allowance import DEFAULT_LIMIT
from wicked_pipeline.api.budget import Budget
from wicked_pipeline.api.client import Client, open_client
from wicked_pipeline.api.frame import Page, Single
from wicked_pipeline.api.paging import PagedSource
from wicked_pipeline.endpoints import Rate

__all__ = ["DEFAULT_LIMIT", "Budget", "Client", "Page", "PagedSource", "Rate", "Single", "errors", "open_client"]
