"""Verdicts on marts, in words: whether a reader can trust their figures, and if not, why.

This module reads the marts; `dbt/models` has the rules, and `defs/verdicts.py` shows the words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wicked_pipeline.reporting import counted
from wicked_pipeline.warehouse import Connection

LINES_SHOWN = 10

AGREEING = 0.8
"""An account's touchpoints can be trusted if the API and the clicks agree on at least this share of them.

Assumed: short look-backs and ties in one second explain about a tenth; below this share clicks are missing, or the time
zone is wrong.
"""


@dataclass(frozen=True)
class Verdict:
    """One check's answer. A verdict with nothing to judge never passes: people would read green as a good verdict."""

    passed: bool  # whether a reader can trust the figures
    lines: Mapping[str, list[str]]  # the findings, by heading
    figures: Mapping[str, float] = field(default_factory=dict)  # figures to plot over time
    nothing: str | None = None  # why there is nothing to judge; None: there is something


def touchpoints(connection: Connection) -> Verdict:
    """Compares the API's touchpoints with the clicks: the share that agrees, and the commonest reasons of the others.
    docs/attribution.md explains each reason; `marts.touchpoint_reconciliation` has the orders.
    """
    accounts = connection.execute(
        "select account, avg(agrees::integer), count(*) from marts.touchpoint_reconciliation group by 1 order by 1"
    ).fetchall()
    reasons = connection.execute(
        "select reason, touchpoint, count(*) from marts.touchpoint_reconciliation where not agrees"
        " group by all order by count(*) desc, reason, touchpoint limit ?",
        [LINES_SHOWN],
    ).fetchall()
    total = sum(count for *_, count in accounts)
    return Verdict(
        passed=bool(accounts) and all(share >= AGREEING for _, share, _ in accounts),
        lines={
            "agreeing": [f"{account}: {share:.1%} of {count} touchpoints" for account, share, count in accounts],
            "reasons": [f"{reason}, {touchpoint}: {count}" for reason, touchpoint, count in reasons],
        },
        figures={"share_agreeing": sum(share * count for _, share, count in accounts) / total} if total else {},
        nothing=None if accounts else "no order has a touchpoint",
    )


def reconciliation(connection: Connection) -> Verdict:
    """Compares the API's lifetime values with the orders: totals by currency and reason, and the largest differences.
    Look up the contacts whose `reason` is `unexplained` in `marts.ltv_reconciliation`.
    """
    totals = connection.execute(
        "select coalesce(currency, 'no single currency'),"
        " coalesce(reason, if(reported_ltv is null, 'nothing reported', 'no difference')), count(*),"
        " coalesce(sum(difference), 0), count(difference) from marts.ltv_reconciliation group by 1, 2 order by 1, 2"
    ).fetchall()
    compared = sum(compared for *_, compared in totals)
    largest = connection.execute(
        # some systems use an e-mail address as id; its name stays out of the metadata
        "select regexp_replace(contact_id, '[^\\s@]+@', '…@', 'g'), difference, currency, reason"
        " from marts.ltv_reconciliation where difference <> 0"
        " order by abs(difference) desc, account, contact_id limit ?",
        [LINES_SHOWN],
    ).fetchall()
    return Verdict(
        passed=compared > 0 and all(reason != "unexplained" for _, reason, *_ in totals),
        lines={
            "totals": [
                f"{currency}, {reason}: {counted(count, 'contact')}, {money:+.2f}"
                for currency, reason, count, money, _ in totals
            ],
            "largest": [
                f"{contact}: {money:+.2f} {currency}, {reason}" for contact, money, currency, reason in largest
            ],
        },
        nothing=None if compared else "no contact has a reported value that can be compared",
    )


def fits(connection: Connection) -> Verdict:
    """Shows which of the forecast's models are fitted, and why the others aren't. A model that isn't fitted gives no
    forecast; `reason` in `marts.forecast_parameters` says what it lacks.
    """
    rows = connection.execute(
        "select distinct account, coalesce(currency, 'no currency'), model, customers, converged, reason"
        " from marts.forecast_parameters order by all"
    ).fetchall()
    return Verdict(
        passed=bool(rows) and all(converged for *_, converged, _ in rows),
        lines={
            "fits": [
                f"{account}, {currency}, {model}: "
                + (f"fitted to {counted(customers, 'customer')}" if converged else reason)
                for account, currency, model, customers, converged, reason in rows
            ]
        },
        nothing=None if rows else "nobody has bought yet",
    )


def backtest(connection: Connection) -> Verdict:
    """Tests the forecast on past days: what it predicted, what was bought, and whether a guess does as well.
    `marts.forecast_verdicts` says for each currency whether the forecast can be trusted.

    Only currencies with a forecast pass or fail; the other currencies' lines say why there was nothing to judge.
    """
    rows = connection.execute(
        "select account, coalesce(currency, 'no currency'), predicted_orders, actual_orders, beats_a_baseline, verdict"
        " from marts.forecast_verdicts order by all"
    ).fetchall()
    judged = [beats for *_, beats, _ in rows if beats is not None]
    return Verdict(
        passed=bool(judged) and all(judged),
        lines={
            "back-test": [
                f"{account}, {currency}: {verdict}"
                + (f" ({counted(predicted, 'purchase')} predicted, {actual:,} made)" if predicted is not None else "")
                for account, currency, predicted, actual, _, verdict in rows
            ]
        },
        nothing=None if judged else "no currency has a forecast of days that have passed",
    )


VERDICTS: dict[str, tuple[str, Callable[[Connection], Verdict]]] = {
    "touchpoints_agree": ("touchpoint_reconciliation", touchpoints),
    "reported_ltv_agrees": ("ltv_reconciliation", reconciliation),
    "forecast_is_trustworthy": ("forecast_backtest", backtest),
    "forecast_was_fitted": ("forecast_parameters", fits),
}
"""By check: the mart that it judges, and the function that judges it."""
