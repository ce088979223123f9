"""How long BG/NBD and Gamma-Gamma take to fit and to score 1 million customers, and how much memory.

    python benchmarks/forecast.py [--customers 1000000]

The customers are simulated with the papers' parameters, drop-out included; the figures are those of the functions that
the dbt models call, columns in and columns out. Fails beyond 60 s or 2 GB.
"""

import argparse
import resource
import sys
import time

import numpy as np

from wicked_pipeline.forecast import tables
from wicked_pipeline_tests.forecast import worlds


def histories(customers: tables.Columns) -> dict[str, np.ndarray]:
    """Customers grouped by equal histories, as the dbt model groups them in DuckDB."""
    names = ("frequency", "recency_weeks", "age_weeks")
    rows, counts = np.unique(np.stack([customers[name] for name in names]), axis=1, return_counts=True)
    return {"segment_no": np.ones(rows.shape[1], np.int64), **dict(zip(names, rows, strict=True)), "customers": counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=1_000_000)
    count = parser.parse_args().customers
    world = worlds.simulated(count, seed=1, later_weeks=0)
    customers = {
        "segment_no": np.ones(count, np.int64),
        "customer_no": np.arange(count),
        "frequency": world.frequency,
        "recency_weeks": np.round(world.recency * 7) / 7,  # whole days, as orders have
        "age_weeks": np.ceil(world.age * 7) / 7,
        "monetary_value": world.mean_value,
    }
    begin, processor = time.monotonic(), time.process_time()
    parameters = tables.fit_parameters([1], histories(customers), customers, minimum=100)
    fitted = time.monotonic()
    tables.score(customers, parameters, {})
    seconds, processor = time.monotonic() - begin, time.process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for name, value in zip(parameters["parameter"], parameters["value"], strict=True):
        print(f"  {name} = {value:.3f}")
    print(f"{count} customers: fitted in {fitted - begin:.1f} s, scored in {begin + seconds - fitted:.1f} s")
    print(f"({processor:.1f} s of processor), {memory:.2f} GB at most")
    if seconds > 60 or memory > 2:
        sys.exit("beyond 60 s or 2 GB")


if __name__ == "__main__":
    main()
