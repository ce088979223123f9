"""The marts' verdicts say in words what stands, and what a reader should not rely on."""

import duckdb
import pytest

from wicked_pipeline import verdicts


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    """A warehouse with the columns that the verdicts read."""
    connection = duckdb.connect()
    connection.execute("""
        create schema marts;
        create table marts.touchpoint_reconciliation (
            account varchar, touchpoint varchar, agrees boolean, reason varchar
        );
        create table marts.ltv_reconciliation (
            account varchar, contact_id varchar, currency varchar, reported_ltv decimal(18, 4),
            difference decimal(18, 4), reason varchar
        );
        create table marts.forecast_parameters (
            account varchar, currency varchar, model varchar, parameter varchar, customers bigint, converged boolean,
            reason varchar
        );
        create table marts.forecast_verdicts (
            account varchar, currency varchar, predicted_orders double, actual_orders bigint, beats_a_baseline boolean,
            verdict varchar
        );
    """)
    return connection


def test_reconciliation_tells_totals_and_the_largest(marts: duckdb.DuckDBPyConnection) -> None:
    """It passes while every difference has a reason."""
    marts.execute("""insert into marts.ltv_reconciliation values
        ('shop', 'C-1', 'USD', 9, 0, null), ('shop', 'C-2', 'USD', 9, -5, 'refund'),
        ('shop', 'C-3', 'USD', 29, 20, 'refund'), ('shop', 'C-4', null, 9, null, 'currency'),
        ('shop', 'C-6', 'USD', null, null, null)""")
    verdict = verdicts.reconciliation(marts)
    assert verdict.passed
    assert verdict.lines["totals"] == [
        "USD, no difference: 1 contact, +0.00",
        "USD, nothing reported: 1 contact, +0.00",
        "USD, refund: 2 contacts, +15.00",
        "no single currency, currency: 1 contact, +0.00",
    ]
    assert verdict.lines["largest"] == ["C-3: +20.00 USD, refund", "C-2: -5.00 USD, refund"]
    marts.execute("insert into marts.ltv_reconciliation values ('shop', 'C-5', 'USD', 1, 1, 'unexplained')")
    assert not verdicts.reconciliation(marts).passed


def test_touchpoints_tell_the_share_that_agrees_and_the_commonest_reasons(marts: duckdb.DuckDBPyConnection) -> None:
    """It passes while four fifths agree, in each account."""
    marts.execute("""insert into marts.touchpoint_reconciliation values
        ('shop', 'first_click', true, null), ('shop', 'first_optin', true, null), ('shop', 're_optin', true, null),
        ('shop', 'last_click', true, null), ('shop', 'last_click', false, 'outside the look-back')""")
    verdict = verdicts.touchpoints(marts)
    assert verdict.passed
    assert verdict.lines["agreeing"] == ["shop: 80.0% of 5 touchpoints"]
    assert verdict.figures == {"share_agreeing": pytest.approx(0.8)}
    marts.execute("""insert into marts.touchpoint_reconciliation values
        ('other', 'last_click', false, 'none in the clicks'), ('other', 'last_click', false, 'none in the clicks'),
        ('other', 'last_click', true, null)""")
    verdict = verdicts.touchpoints(marts)
    assert not verdict.passed
    assert verdict.lines["agreeing"] == ["other: 33.3% of 3 touchpoints", "shop: 80.0% of 5 touchpoints"]
    assert verdict.lines["reasons"] == ["none in the clicks, last_click: 2", "outside the look-back, last_click: 1"]
    assert verdict.figures == {"share_agreeing": pytest.approx(5 / 8)}


def test_a_refused_fit_tells_its_reason(marts: duckdb.DuckDBPyConnection) -> None:
    """A line a model, not a parameter."""
    marts.execute("""insert into marts.forecast_parameters values
        ('shop', 'USD', 'bg_nbd', 'r', 2242, true, null), ('shop', 'USD', 'bg_nbd', 'a', 2242, true, null)""")
    assert verdicts.fits(marts) == verdicts.Verdict(True, {"fits": ["shop, USD, bg_nbd: fitted to 2,242 customers"]})
    marts.execute("""insert into marts.forecast_parameters values
        ('shop', 'EUR', 'bg_nbd', 'r', 120, false, '9 repeat customers, fewer than 100')""")
    verdict = verdicts.fits(marts)
    assert not verdict.passed
    assert verdict.lines["fits"][0] == "shop, EUR, bg_nbd: 9 repeat customers, fewer than 100"


def test_a_forecast_that_is_no_better_than_guessing_is_told(marts: duckdb.DuckDBPyConnection) -> None:
    """A refused fit has its own check, and does not count as beaten."""
    marts.execute("""insert into marts.forecast_verdicts values
        ('shop', 'USD', 919.8, 937, true, 'beats both baselines'),
        ('shop', 'EUR', null, 3, null, 'no forecast: its fit was refused')""")
    verdict = verdicts.backtest(marts)
    assert verdict.passed
    assert verdict.lines["back-test"] == [
        "shop, EUR: no forecast: its fit was refused",
        "shop, USD: beats both baselines (920 purchases predicted, 937 made)",
    ]
    marts.execute("insert into marts.forecast_verdicts values ('shop', 'GBP', 9, 3, false, 'beats neither')")
    assert not verdicts.backtest(marts).passed


def test_no_forecast_at_all_is_no_good_forecast(marts: duckdb.DuckDBPyConnection) -> None:
    """Green would be taken for a trustworthy one."""
    marts.execute("""insert into marts.forecast_verdicts values
        ('shop', 'EUR', null, 3, null, 'no forecast: its fit was refused')""")
    verdict = verdicts.backtest(marts)
    assert not verdict.passed
    assert verdict.nothing == "no currency has a forecast of days that have passed"


def test_reported_values_that_are_missing_agree_with_nothing(marts: duckdb.DuckDBPyConnection) -> None:
    """Contacts whose value the API leaves out, or who bought in two currencies."""
    marts.execute("""insert into marts.ltv_reconciliation values
        ('shop', 'C-1', 'USD', null, null, null), ('shop', 'C-2', null, 9, null, 'currency')""")
    verdict = verdicts.reconciliation(marts)
    assert not verdict.passed
    assert verdict.nothing == "no contact has a reported value that can be compared"


def test_where_there_is_nothing_to_judge_nothing_passes(marts: duckdb.DuckDBPyConnection) -> None:
    """Empty marts."""
    for _, judge in verdicts.VERDICTS.values():
        verdict = judge(marts)
        assert not verdict.passed
        assert verdict.nothing
