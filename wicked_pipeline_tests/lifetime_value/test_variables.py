"""A variable that would make wrong figures is refused."""

from pathlib import Path

import pytest

from wicked_pipeline_tests.dbt.warehouse import Warehouse


def test_an_acquisition_model_of_several_touches_is_an_error(tmp_path: Path) -> None:
    """Linear gives a purchase to up to four touches: none of them acquired the customer."""
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    with pytest.raises(AssertionError, match="acquisition_model is 'linear': it must give a purchase to one touch"):
        warehouse.dbt("compile", "--select", "int_customer_acquisition", "--vars", "acquisition_model: linear")
