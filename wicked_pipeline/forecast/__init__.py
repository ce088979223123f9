"""Forecasts lifetime value: BG/NBD and Gamma-Gamma over numpy arrays. Knows no tables, no files and no Dagster.

`bg_nbd` forecasts how often a customer buys, `gamma_gamma` the value of an order. `fitting` fits both models and
refuses bad fits. The dbt models `int_forecast_parameters` and `int_forecast_scores` call `tables`, which splits the
warehouse's columns by account and currency.
"""
