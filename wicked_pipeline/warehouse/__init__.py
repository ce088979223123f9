"""The one door to the warehouse: read it beside others, write it alone, or build models in a copy that is swapped in.

`duckdb_file.py` has all code for DuckDB's file; another engine would be a module beside it. `migrations.py` brings
raw's tables to this version before anything is written.
"""

from wicked_pipeline.warehouse.door import (
    build_warehouse,
    copy_warehouse,
    empty_warehouse,
    read_warehouse,
    write_warehouse,
)
from wicked_pipeline.warehouse.duckdb_file import (
    Connection,
    DatabaseError,
    WarehouseError,
    copy_of,
    held_by_us,
    in_one_transaction,
)

__all__ = [
    "Connection",
    "DatabaseError",
    "WarehouseError",
    "build_warehouse",
    "copy_of",
    "copy_warehouse",
    "empty_warehouse",
    "held_by_us",
    "in_one_transaction",
    "read_warehouse",
    "write_warehouse",
]
