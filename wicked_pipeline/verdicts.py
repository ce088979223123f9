"""What the lifetime-value marts say of their own figures, in words: may a reader rely on them, and if not, why.

Reads the marts in the warehouse; the rules are in `dbt/models`. Where the words are shown is `defs/verdicts.py`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from wicked_pipeline.reporting import counted

LARGEST = 10


@dataclass(frozen=True)
class Verdict:
    """Whether nothing needs a reader's eye, and the lines that say what stands, by heading."""

    passed: bool
    lines: Mapping[str, list[str]]


def reconciliation(connection: duckdb.DuckDBPyConnection) -> Verdict:
    """Reported lifetime values against the orders: totals by currency and reason, and the largest differences."""
    totals = connection.execute(
        "select coalesce(currency, 'no single currency'), coalesce(reason, 'no difference'), count(*),"
        " coalesce(sum(difference), 0) from marts.ltv_reconciliation group by 1, 2 order by 1, 2"
    ).fetchall()
    largest = connection.execute(
        "select contact_id, difference, currency, reason from marts.ltv_reconciliation where difference <> 0"
        " order by abs(difference) desc, account, contact_id limit ?",
        [LARGEST],
    ).fetchall()
    return Verdict(
        passed=all(reason != "unexplained" for _, reason, _, _ in totals),
        lines={
            "totals": [
                f"{currency}, {reason}: {counted(count, 'contact')}, {money:+.2f}"
                for currency, reason, count, money in totals
            ],
            "largest": [
                f"{contact}: {money:+.2f} {currency}, {reason}" for contact, money, currency, reason in largest
            ],
        },
    )


def fits(connection: duckdb.DuckDBPyConnection) -> Verdict:
    """The forecast's models: which are fitted, and why another isn't."""
    rows = connection.execute(
        "select distinct account, coalesce(currency, 'no currency'), model, customers, converged, reason"
        " from marts.forecast_parameters order by all"
    ).fetchall()
    return Verdict(
        passed=all(converged for *_, converged, _ in rows),
        lines={
            "fits": [
                f"{account}, {currency}, {model}: "
                + (f"fitted to {counted(customers, 'customer')}" if converged else reason)
                for account, currency, model, customers, converged, reason in rows
            ]
        },
    )


def backtest(connection: duckdb.DuckDBPyConnection) -> Verdict:
    """The forecast on days that have passed: what it predicted, what was bought, and whether guessing does as well."""
    rows = connection.execute(
        "select account, coalesce(currency, 'no currency'), predicted_orders, actual_orders, beats_a_baseline, verdict"
        " from intermediate.int_forecast_verdicts order by all"
    ).fetchall()
    return Verdict(
        passed=all(beats is not False for *_, beats, _ in rows),
        lines={
            "back-test": [
                f"{account}, {currency}: {verdict}"
                + (f" ({counted(predicted, 'purchase')} predicted, {actual:,} made)" if predicted is not None else "")
                for account, currency, predicted, actual, _, verdict in rows
            ]
        },
    )


VERDICTS: dict[str, tuple[str, Callable[[duckdb.DuckDBPyConnection], Verdict]]] = {
    "reported_ltv_agrees": ("ltv_reconciliation", reconciliation),
    "forecast_is_trustworthy": ("forecast_backtest", backtest),
    "forecast_was_fitted": ("forecast_parameters", fits),
}
"""By check: the mart that it is about, and what says it."""
