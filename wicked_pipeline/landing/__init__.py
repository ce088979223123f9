"""Windows from the spool into `raw.*`, and the ledger of what is landed. Knows tables, and no HTTP.

Nothing else writes the schema `raw`.
"""

from wicked_pipeline.landing.audit import Audit, audit
from wicked_pipeline.landing.ledger import Load, densities, missing
from wicked_pipeline.landing.tables import prepare
from wicked_pipeline.landing.warehouse import WarehouseError, open_warehouse
from wicked_pipeline.landing.windows import land

__all__ = ["Audit", "Load", "WarehouseError", "audit", "densities", "land", "missing", "open_warehouse", "prepare"]
