"""How long the lifetime-value marts take for 1 million customers and 10 million orders, beside plain SQL.

    python benchmarks/lifetime_value.py [--customers 1000000] [--orders 10000000]

The tables that the marts read are made in a warehouse of its own; then dbt builds the marts of customers, cohorts and
subscriptions from them, one hand-written script (`lifetime_value.sql`) works out the same figures from the same
tables, and the forecast is fitted and scored. Prints seconds and peak memory, and fails where the figures differ.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
MARTS = (
    "customer_ltv",
    "ltv_reconciliation",
    "ltv_cohorts",
    "ltv_cohorts_by_acquisition",
    "lead_cohorts",
    "repeat_purchases",
    "subscriptions",
    "subscriptions_monthly",
)
FORECASTS = ("customer_forecast", "forecast_parameters", "forecast_backtest")

# a contact's orders: a tenth of the contacts make half of them; a fifth subscribe; of fifty orders one fails
WORLD = """
    create schema staging;
    create schema marts;
    create table staging.stg_wicked__accounts as select 'shop' as account, 'America/New_York' as timezone;
    create table staging.stg_wicked__loads as
    select 'load' as load_id, 'shop' as account, 'orders' as endpoint, date '2021-01-01' as window_from,
        date '2023-12-30' as window_to, true as is_settled, timestamp '2023-12-31' as fetched_at;
    create table staging.stg_wicked__contacts as
    select 'shop' as account, 'AB-' || (1000000 + i) as contact_id, (hash(i) % 500)::decimal(18, 4) as ltv,
        timestamp '2021-01-01' + to_seconds((hash(i, 1) % (86400 * 1000))::bigint) as created_at,
        if(hash(i, 2) % 3 > 0, created_at + interval 3 day, null) as first_optin_at,
        if(hash(i, 2) % 3 > 0, 'source ' || hash(i, 3) % 8, null) as first_optin_source,
        if(hash(i, 2) % 3 > 0, 'medium ' || hash(i, 3) % 4, null) as first_optin_medium,
        if(hash(i, 2) % 3 > 0, 'campaign ' || hash(i, 3) % 40, null) as first_optin_campaign,
        timestamp '2023-12-31' as fetched_at
    from range({customers}) as contacts(i);
    create table marts.contacts as from staging.stg_wicked__contacts;
    create table marts.orders as
    with drawn as (
        select i, (power(hash(i) % 1000003 / 1000003.0, 1.5) * {customers})::integer as contact, hash(i, 1) as chance
        from range({orders}) as orders(i)
    ), dated as (
        select *, timestamp '2021-01-01' + to_seconds(
            (hash(contact, 2) % (86400 * 700) + chance % (86400 * 390))::bigint) as ordered_at,
            chance // 7 % 50 > 0 as is_purchase, (chance // 11 % 20000 / 100)::decimal(18, 4) as amount
        from drawn
    )
    select 'shop' as account, 'O-' || i as order_id, 'AB-' || (1000000 + contact) as contact_id, ordered_at,
        timezone('America/New_York', timezone('UTC', ordered_at))::date as order_date,
        if(contact % 20 = 0, 'EUR', 'USD') as currency, amount as gross_revenue, 0::decimal(18, 4) as refunded_revenue,
        if(is_purchase, amount, 0)::decimal(18, 4) as net_revenue, is_purchase,
        if(contact % 5 = 0 and chance // 13 % 2 = 0, 'S-' || contact, null) as subscription_id
    from dated;
    create table staging.stg_wicked__order_payments as
    select account, order_id, 1 as payment_number, ordered_at as paid_at,
        if(is_purchase, 'APPROVED', 'FAILED') as status, gross_revenue as amount
    from marts.orders;
    create table marts.order_attribution as
    select account, order_id, contact_id, 'first_click' as attribution_model, 'first_click' as touchpoint,
        ordered_at - interval 2 day as touched_at, 'source ' || hash(contact_id, 3) % 8 as source,
        'medium ' || hash(contact_id, 3) % 4 as medium, 'campaign ' || hash(contact_id, 3) % 40 as campaign
    from marts.orders;
"""


def run_dbt(warehouse: Path, selection: list[str]) -> tuple[float, float]:
    """Build these models; the seconds of the models alone, and the peak memory of the process in GB."""
    target = str(warehouse.parent / "target")
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "run", "--project-dir", "dbt", "--profiles-dir", "dbt",
               "--target-path", target, "--select", *selection]  # fmt: skip
    environment = {**os.environ, "WICKED_DUCKDB_PATH": str(warehouse), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    results = json.loads((warehouse.parent / "target" / "run_results.json").read_text())["results"]
    for result in sorted(results, key=lambda result: -result["execution_time"]):
        print(f"  {result['execution_time']:6.1f} s  {result['unique_id'].split('.')[-1]}")
    steps = [timing for result in results for timing in result["timing"] if timing["name"] == "execute"]
    begin, end = min(step["started_at"] for step in steps), max(step["completed_at"] for step in steps)
    return (_instant(end) - _instant(begin)), peak


def _instant(text: str) -> float:
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def run_plain(warehouse: Path) -> float:
    """The same figures by `lifetime_value.sql`, into the schema `plain`; its seconds."""
    begin = time.monotonic()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'; set threads = 2; set preserve_insertion_order = true")
        connection.execute((Path(__file__).with_suffix(".sql")).read_text())
    return time.monotonic() - begin


def differences(warehouse: Path) -> list[str]:
    """The marts whose rows differ from the plain script's."""
    with duckdb.connect(str(warehouse)) as connection:
        return [
            mart
            for mart in MARTS
            if connection.execute(
                f"select count(*) from ((select columns(c -> c in ({_shared(connection, mart)})) from marts.{mart})"
                f" except all (from plain.{mart}))"
            ).fetchall()
            != [(0,)]
        ]


def _shared(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    names = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'plain' and table_name = ?", [mart]
    ).fetchall()
    return ", ".join(f"'{name}'" for (name,) in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=10_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "wicked.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set timezone = 'UTC'; set threads = 2")
            connection.execute(WORLD.format(customers=arguments.customers, orders=arguments.orders))
        lifetime_value = "path:models/intermediate/lifetime_value"
        sections, _ = run_dbt(warehouse, [f"{lifetime_value},+{mart}" for mart in MARTS] + list(MARTS))
        plain = run_plain(warehouse)
        print(f"customers, cohorts, subscriptions: dbt {sections:.1f} s, plain SQL {plain:.1f} s")
        forecast, peak = run_dbt(warehouse, ["path:models/intermediate/lifetime_value/int_forecast*", *FORECASTS])
        print(f"forecast fitted, scored and back-tested: {forecast:.1f} s; peak memory of dbt {peak:.2f} GB")
        if wrong := differences(warehouse):
            sys.exit(f"these differ from plain SQL: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
