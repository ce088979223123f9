"""Dagster's declarations: partitions, resources, assets, checks, jobs and schedule; what they do is elsewhere."""
