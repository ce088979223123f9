"""How long the lifetime-value marts take for 1 million customers and 10 million orders, beside plain SQL.

    python benchmarks/lifetime_value.py [--customers 1000000] [--orders 10000000]

The tables that the marts read are made in a warehouse of its own; then dbt builds the marts of customers, cohorts and
subscriptions from them, one hand-written script (`lifetime_value.sql`) works out the same figures from the same
tables, and the forecast is fitted and scored. Prints seconds and peak memory, and fails where the figures differ.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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
INTERMEDIATE = "path:models/intermediate/lifetime_value"
SECTIONS = ["int_coverage", *MARTS, *(f"{INTERMEDIATE},+{mart}" for mart in MARTS)]
FORECASTS = [f"{INTERMEDIATE}/int_forecast*", "customer_forecast", "forecast_parameters", "forecast_backtest"]

# a contact's orders: a tenth of the contacts make half of them; a fifth subscribe; of fifty orders one fails, and of
# five hundred one takes money back
WORLD = """
    create schema staging;
    create schema marts;
    create schema intermediate;
    create table intermediate.int_utms as
    select distinct
        'shop' as account, 'source ' || i % 8 as source, 'medium ' || i % 4 as medium, 'campaign ' || i as campaign,
        hash(account, source, medium, campaign, null::varchar, null::varchar) as utm_key,
        'channel ' || i % 10 as channel, source as source_name
    from range(40) as campaigns(i);
    create table staging.stg_wicked__accounts as select 'shop' as account, 'America/New_York' as timezone,
        'auto' as refund_semantics, null::timestamp as tracking_began_at, 1 as vendor_last_click_lookback_days,
        14 as subscription_grace_days, timestamp '2000-01-01' as earliest_plausible_at,
        timestamp '2024-01-02' as latest_plausible_at;
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
        null::varchar as first_optin_content, null::varchar as first_optin_term,
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
            (chance // 11 % 20000 / if(i % 500 = 3, -100, 100))::decimal(18, 4) as amount,
            chance // 7 % 50 > 0 and amount > 0 as is_purchase
        from drawn
    )
    select 'shop' as account, 'stripe/O-' || i as order_key, 'O-' || i as order_id,
        'stripe' as source_system, 'AB-' || (1000000 + contact) as contact_id, ordered_at,
        timezone('America/New_York', timezone('UTC', ordered_at))::date as order_date,
        if(contact % 20 = 0, 'EUR', 'USD') as currency, amount as gross_revenue, 0::decimal(18, 4) as refunded_revenue,
        if(is_purchase, amount, least(amount, 0))::decimal(18, 4) as net_revenue, is_purchase,
        if(is_purchase, row_number() over (partition by contact, is_purchase order by ordered_at, order_id), null)
            as customer_order_number,
        if(contact % 5 = 0 and chance // 13 % 2 = 0, 'S-' || contact, null) as subscription_id
    from dated;
    create table staging.stg_wicked__order_payments as
    select account, order_id, order_key, 1 as payment_number, ordered_at as paid_at,
        if(is_purchase, 'APPROVED', 'FAILED') as status, gross_revenue as amount
    from marts.orders;
    -- no order of these takes from another
    create table intermediate.int_refunding_orders as
    select account, order_key, order_date as purchase_date, subscription_id as purchase_subscription_id
    from marts.orders limit 0;
    create table staging.stg_wicked__order_products as
    select account, order_id, order_key, 1 as line_number, 'P-' || hash(contact_id) % 50 as product_id,
        if(hash(contact_id) % 50 = 0, 'Yearly Plan', 'Product ' || hash(contact_id) % 50) as product_name,
        1::decimal(18, 4) as quantity, gross_revenue as unit_price
    from marts.orders;
    create table intermediate.int_order_attribution as
    select account, order_id, order_key, contact_id, 'first_click' as attribution_model, 'first_click' as touchpoint,
        ordered_at - interval 2 day as touched_at, 'channel ' || hash(contact_id, 3) % 10 as channel,
        'source ' || hash(contact_id, 3) % 8 as source, 'medium ' || hash(contact_id, 3) % 4 as medium,
        'campaign ' || hash(contact_id, 3) % 40 as campaign, source as source_name
    from marts.orders;
"""


@dataclass(frozen=True)
class Cost:
    """What a step took: seconds on the clock and of both processors, and the most memory in GB."""

    seconds: float
    processor: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of processor, {self.memory:.2f} GB at most)"


def measured(command: list[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a process and say what it took."""
    begin = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return Cost(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def dbt(warehouse: Path, command: str, *arguments: str) -> Cost:
    """Run a command of dbt's on the warehouse."""
    line = [str(Path(sys.executable).with_name("dbt")), "--quiet", command, "--project-dir", "dbt", "--profiles-dir",
            "dbt", "--target-path", str(warehouse.parent / "target"), *arguments]  # fmt: skip
    return measured(line, {**os.environ, "WICKED_DUCKDB_PATH": str(warehouse), "PYTHONPATH": str(ROOT)})


def build(warehouse: Path, selection: list[str]) -> Cost:
    """Build these models, and print what each took."""
    cost = dbt(warehouse, "run", "--select", *selection)
    results = json.loads((warehouse.parent / "target" / "run_results.json").read_text())["results"]
    for result in sorted(results, key=lambda result: -result["execution_time"]):
        print(f"  {result['execution_time']:6.1f} s  {result['unique_id'].split('.')[-1]}")
    return cost


def run_plain(warehouse: Path) -> Cost:
    """The same figures by `lifetime_value.sql`, into the schema `plain`, in a process of its own."""
    script = (
        "import duckdb, pathlib, sys; connection = duckdb.connect(sys.argv[1]);"
        "connection.execute(\"set timezone = 'UTC'; set enable_progress_bar = false\");"
        "connection.execute(pathlib.Path(sys.argv[2]).read_text())"
    )
    return measured([sys.executable, "-c", script, str(warehouse), str(Path(__file__).with_suffix(".sql"))])


def differences(warehouse: Path) -> list[str]:
    """The marts whose rows aren't the plain script's."""
    with duckdb.connect(str(warehouse)) as connection:
        return [mart for mart in MARTS if connection.execute(_differing(connection, mart)).fetchone() != (0,)]


def _differing(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'plain' and table_name = ?", [mart]
    ).fetchall()
    names = ", ".join(name for (name,) in columns)
    plain, built = (f"select {names} from {schema}.{mart}" for schema in ("plain", "marts"))
    return f"select count(*) from (({plain} except all {built}) union all ({built} except all {plain}))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=10_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "wicked.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set timezone = 'UTC'; set threads = 2; set enable_progress_bar = false")
            connection.execute(WORLD.format(customers=arguments.customers, orders=arguments.orders))
        dbt(warehouse, "parse")  # as in a pipeline's builds, which find the project parsed
        print(f"customers, cohorts and subscriptions by dbt: {build(warehouse, SECTIONS)}")
        print(f"the same by plain SQL: {run_plain(warehouse)}")
        print(f"forecast fitted, scored and back-tested: {build(warehouse, FORECASTS)}")
        if wrong := differences(warehouse):
            sys.exit(f"these differ from plain SQL: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
