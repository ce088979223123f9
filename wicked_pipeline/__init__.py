"""Wicked Reports' Outbound API into DuckDB, and kept right there."""
