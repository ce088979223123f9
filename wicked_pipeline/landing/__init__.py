"""Windows from the spool and spend from files into `raw.*`, and the ledger of windows. Knows tables, and no HTTP.

Nothing else writes the schema `raw`.
"""

from wicked_pipeline.landing.ad_spend import SpendError, load_spend, spend_files
from wicked_pipeline.landing.audit import Audit, audit
from wicked_pipeline.landing.ledger import Load, densities, missing_days
from wicked_pipeline.landing.tables import prepare
from wicked_pipeline.landing.warehouse import WarehouseError, held_by_us, open_warehouse, read_warehouse
from wicked_pipeline.landing.windows import land

__all__ = [
    "Audit",
    "Load",
    "SpendError",
    "WarehouseError",
    "audit",
    "densities",
    "held_by_us",
    "land",
    "load_spend",
    "missing_days",
    "open_warehouse",
    "prepare",
    "read_warehouse",
    "spend_files",
]
