"""An analyst's `dbt build` on a warehouse in which nothing was landed yet."""

from pathlib import Path

from wicked_pipeline_tests.dbt.warehouse import Warehouse


def test_everything_builds_and_is_empty(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.dbt("build")
    warehouse.dbt("build", "--exclude-resource-type", "unit_test")  # the second time staging is incremental
    schemas = warehouse.query("select distinct schema_name from duckdb_tables() where schema_name <> 'raw'")
    assert {row["schema_name"] for row in schemas} <= {"staging", "intermediate", "marts", "checks"}
    tables = warehouse.query(
        "select schema_name || '.' || table_name as name from duckdb_tables() "
        " where table_name not in ('channel_sources', 'click_ids', 'currencies')"
    )
    for table in tables:
        assert warehouse.query(f"from {table['name']}") == [], table["name"]
