"""What marts say of their own figures, in words: may a reader rely on them, and if not, why.

Reads the marts; the rules are in `dbt/models`. Where the words are shown is `defs/verdicts.py`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wicked_pipeline.reporting import counted
from wicked_pipeline.warehouse import Connection

LINES_SHOWN = 10

AGREEING = 0.8
"""The least share of an account's touchpoints on which the API and the clicks agree, for them to be trusted.

Assumed: short look-backs and ties in one second explain a tenth or so; below this clicks are missing, or the time zone
is wrong.
"""


@dataclass(frozen=True)
class Verdict:
    """Whether nothing needs a reader's eye, the lines that say what stands, by heading, and figures to follow.

    `nothing` says why there is nothing to judge. Such a verdict never passes: green would be taken for a good one.
    """

    passed: bool
    lines: Mapping[str, list[str]]
    figures: Mapping[str, float] = field(default_factory=dict)
    nothing: str | None = None


def touchpoints(connection: Connection) -> Verdict:
    """The API's touchpoints against the clicks: the share on which they agree, and the commonest reasons why not.
    docs/attribution.md says what each reason means; `marts.touchpoint_reconciliation` has the orders.
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
    """Reported lifetime values against the orders: totals by currency and reason, and the largest differences.
    Look up the contacts whose `reason` is `unexplained` in `marts.ltv_reconciliation`.
    """
    totals = connection.execute(
        "select coalesce(currency, 'no single currency'),"
        " coalesce(reason, if(reported_ltv is null, 'nothing reported', 'no difference')), count(*),"
        " coalesce(sum(difference), 0), count(difference) from marts.ltv_reconciliation group by 1, 2 order by 1, 2"
    ).fetchall()
    compared = sum(compared for *_, compared in totals)
    largest = connection.execute(
        # of an e-mail address, which some systems take for an id, the name is left out
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
    """The forecast's models: which are fitted, and why another isn't. What isn't fitted gives no forecast, and
    `marts.forecast_parameters` says in `reason` what it lacks.
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
    """The forecast on days that have passed: what it predicted, what was bought, and whether guessing does as well.
    `marts.forecast_verdicts` says for each currency whether to rely on it.

    Only currencies that were judged pass or fail; the others' lines say why there was nothing to judge.
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
"""By check: the mart that it is about, and what says it."""
