"""What Dagster is told: partitions, resources, assets, checks, jobs and schedule; what they do is told elsewhere."""
