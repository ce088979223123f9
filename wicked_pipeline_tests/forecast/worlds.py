"""Customers whose parameters are known: the papers' own (CDNOW), and simulated ones that drop out as the model says."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from wicked_pipeline.forecast.fitting import Floats

CDNOW = Path(__file__).with_name("cdnow.csv")
CALIBRATED = date(1997, 9, 30)
"""The last of the 39 weeks that the papers fit; the 39 after it are theirs to predict."""


@dataclass(frozen=True)
class Customers:
    """Arrays over customers; times in weeks, `later` the purchase days after the calibration."""

    frequency: Floats
    recency: Floats
    age: Floats
    mean_value: Floats
    later: Floats


def cdnow() -> Customers:
    """The papers' 2,357 customers: repeat purchase days through `CALIBRATED`."""
    purchases = defaultdict(list)
    with CDNOW.open(newline="") as file:
        for row in csv.DictReader(file):
            purchases[row["customer"]].append((date.fromisoformat(row["date"]), float(row["value"])))
    return Customers(*np.array([_summary(days) for days in purchases.values()]).T)


def _summary(purchases: list[tuple[date, float]]) -> tuple[float, ...]:
    seen = [(day, value) for day, value in purchases if day <= CALIBRATED]
    first, last = seen[0][0], seen[-1][0]
    repeats = [value for _, value in seen[1:]]
    mean = sum(repeats) / len(repeats) if repeats else np.nan
    return len(repeats), (last - first).days / 7, (CALIBRATED - first).days / 7, mean, len(purchases) - len(seen)


def simulated(
    customers: int,
    seed: int,
    bg_nbd: tuple[float, ...] = (0.243, 4.414, 0.793, 2.426),
    gamma_gamma: tuple[float, ...] = (6.25, 3.74, 15.44),
    weeks: float = 78,
    later_weeks: float = 52,
) -> Customers:
    """Customers who first bought at any time in the last `weeks`, and what they did in the `later_weeks`."""
    random = np.random.default_rng(seed)
    (r, alpha, a, b), (p, q, gamma) = bg_nbd, gamma_gamma
    age = random.uniform(0, weeks, customers)
    rate, leaving = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    frequency, recency, later, now = np.zeros((4, customers))
    buying = np.arange(customers)
    while len(buying):
        now[buying] += random.exponential(1 / rate[buying])
        buying = buying[now[buying] <= age[buying] + later_weeks]
        seen = buying[now[buying] <= age[buying]]
        frequency[seen] += 1
        recency[seen] = now[seen]
        later[buying] += now[buying] > age[buying]
        buying = buying[random.random(len(buying)) >= leaving[buying]]
    repeats = np.maximum(frequency, 1)
    spent = random.gamma(p * repeats, 1 / random.gamma(q, 1 / gamma, customers))
    return Customers(frequency, recency, age, np.where(frequency > 0, spent / repeats, np.nan), later)
