"""The histories of lifetime values and payments, from the API through two mornings of changes."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from wicked_pipeline import transform
from wicked_pipeline.sandbox import World, build_world, changes
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.shop import inner_days, open_shop

BOOKS = ("--select", "staging", "marts.books", "--indirect-selection", "cautious")


def reported_values(world: World) -> dict[str, float | None]:
    return {record["id"]: record.get("LTV") for record in world.contacts}


def payments(world: World) -> Counter[tuple[Any, ...]]:
    return Counter(
        (order["id"], number, payment["status"], payment["amount"])
        for order in world.orders
        for number, payment in enumerate(order.get("payments") or [], start=1)
    )


def test_a_history_says_what_each_morning_said(tmp_path: Path) -> None:
    world = build_world(days=12, contacts=20, clicks=60, orders=12)
    first, last = inner_days(world)
    with open_shop(world, tmp_path, settings={"timezone": world.zone}) as shop:
        said = []
        for morning in range(3):
            if morning:
                changes.second_day(world, first, seed=morning)
            shop.run(first, last)
            ((moment,),) = shop.query("select max(fetched_at) from raw.loads")
            landed = {record["id"] for record in shop.raw("contacts")}
            ordered = {record["id"] for record in shop.raw("orders")}
            values = {name: value for name, value in reported_values(world).items() if name in landed}
            paid = Counter({row: count for row, count in payments(world).items() if row[0] in ordered})
            said.append((moment, values, paid))
            results = transform.build(shop.settings.duckdb_path, BOOKS)
            tests = {result.unique_id.split(".")[2]: result.passes for result in results}
            assert tests["histories_end_in_what_holds"]
        holds = "valid_from <= ? and coalesce(valid_to > ?, true)"
        for moment, values, paid in said:
            ltv = f"select contact_id, value::double from marts.contact_ltv_history where {holds}"
            history = f"""
                select order_id, payment_number, status, amount::double
                from marts.order_payment_history where {holds}
            """
            assert dict(shop.query(ltv, moment, moment)) == values  # type: ignore[arg-type]
            assert Counter(shop.query(history, moment, moment)) == paid
        assert len({len(values) for _, values, _ in said}) == 3, "contacts were deleted and merged each morning"
        assert shop.query("select count(*) > 0 from marts.order_payment_history where status = 'REFUNDED'") == [(True,)]


def test_two_shops_orders_of_one_id_have_histories_of_their_own(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")

    def order(system: str, status: str) -> dict[str, Any]:
        payment = {"date": "2024-03-01T10:00:00", "status": status, "amount": 10}
        return {"id": "1001", "sourceSystem": system, "date": "2024-03-01T10:00:00.000Z", "payments": [payment]}

    warehouse.load("orders", {date(2024, 3, 1): [order("shopify", "APPROVED"), order("woocommerce", "APPROVED")]})
    warehouse.query(
        """
        insert into raw.superseded by name
        select *, 'orders' as endpoint, fetched_at + interval 1 day as superseded_at, 'changed' as superseded_by
        from raw.orders where record ->> '$.sourceSystem' = 'shopify'
        """
    )
    warehouse.query(
        "update raw.orders set fetched_at = fetched_at + interval 1 day,"
        " record = replace(record::varchar, 'APPROVED', 'REFUNDED')::json"
        " where record ->> '$.sourceSystem' = 'shopify'"
    )
    warehouse.dbt("run", *BOOKS)
    assert warehouse.query(
        "select order_key, status, valid_to is null as holds from marts.order_payment_history order by order_key, 3"
    ) == [
        {"order_key": "shopify/1001", "status": "APPROVED", "holds": False},
        {"order_key": "shopify/1001", "status": "REFUNDED", "holds": True},
        {"order_key": "woocommerce/1001", "status": "APPROVED", "holds": True},
    ]
