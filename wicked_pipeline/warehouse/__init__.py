"""The one door to the warehouse: read it beside others, write it alone, or build models in a copy that is swapped in.

All that is true of DuckDB's file is in `duckdb_file.py`; another engine would be a module beside that one. Whoever
writes finds raw's tables as this version wants them (`migrations.py`).
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
