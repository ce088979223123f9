"""Lifetime value to come: BG/NBD and Gamma-Gamma over numpy arrays; knows no tables, no files, no Dagster.

`bg_nbd` says how often a customer will buy, `gamma_gamma` what an order will be worth, `fitting` how both are fitted
and when a fit is refused. The dbt models `int_forecast_parameters` and `int_forecast_scores` call `tables`, which
splits the warehouse's columns by account and currency.
"""
