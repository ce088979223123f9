"""Dagster's declarations: partitions, resources, assets, checks, jobs, schedule, sensor. What they do is elsewhere."""
