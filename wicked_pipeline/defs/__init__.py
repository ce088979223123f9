"""What Dagster is told: partitions, resources, assets, checks, jobs, schedule. What they do is in the modules beside."""
