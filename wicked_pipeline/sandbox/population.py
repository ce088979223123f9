"""The sandbox's customers and their purchases, from statistical models with known parameters.

One-off purchases follow BG/NBD (Fader, Hardie, Lee 2005) with Gamma-Gamma spend (Fader, Hardie 2013). Subscriptions
renew until they churn. `orders.py` turns purchases into the API's orders.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from random import Random

DAY = 86_400
WEEK = 7 * DAY


@dataclass(frozen=True)
class BgNbd:
    """BG/NBD: weekly purchase rates are Gamma(shape `r`, rate `alpha`), drop-out probabilities Beta(`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class GammaGamma:
    """Gamma-Gamma: a purchase's value is Gamma(shape `p`, rate v), a customer's v is Gamma(shape `q`, rate `gamma`)."""

    p: float
    q: float
    gamma: float


BG_NBD = BgNbd(r=0.55, alpha=5.0, a=0.8, b=2.4)
"""The model of repeat purchases without a subscription, per contact and currency. Times are in weeks."""

GAMMA_GAMMA = GammaGamma(p=6.0, q=4.0, gamma=24.0)
"""The values of one-off purchases: 48 of the currency on average. Only a customer's first is ever refunded."""

CURRENCIES = (("USD", 0.74), ("EUR", 0.16), ("GBP", 0.10))
SUBSCRIBERS = 0.18
"""The share of customers who subscribe; half of them also buy one-off, in the same currency."""


@dataclass(frozen=True)
class Plan:
    """A subscription's plan: renewed every `days`, or every `months` calendar months in the account's zone."""

    name: str
    price: float
    churn: float
    share: float
    days: int = 0
    months: int = 0


PLANS = (
    Plan("Awesome Weekly Box", 12.5, 0.06, 0.25, days=7),
    Plan("Awesome Subscription Plan", 79.0, 0.09, 0.6, months=1),
    Plan("Awesome Yearly Plan", 649.99, 0.35, 0.15, months=12),
)
LATE = 0.08
"""The probability that a renewal fails on its day and is paid some days later."""
RETURNS = 0.15
"""The probability that a churned subscriber comes back after two to four intervals."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A future order: its epoch second and amount. `renewal` counts a subscription's orders from 0."""

    at: float
    amount: float
    currency: str
    first: bool = False
    plan: Plan | None = None
    subscription: int = 0
    renewal: int = 0
    failed: bool = False


def pick_currency(rng: Random) -> str:
    """A customer's currency."""
    return rng.choices([name for name, _ in CURRENCIES], [share for _, share in CURRENCIES])[0]


def one_off(rng: Random, start: float, end: float, currency: str) -> list[Purchase]:
    """A customer's purchases from the first at `start` until the customer drops out or `end` (epoch seconds)."""
    rate = rng.gammavariate(BG_NBD.r, 1 / BG_NBD.alpha) / WEEK
    drop_out = rng.betavariate(BG_NBD.a, BG_NBD.b)
    scale = 1 / rng.gammavariate(GAMMA_GAMMA.q, 1 / GAMMA_GAMMA.gamma)
    at, found = start, list[Purchase]()
    while at < end:
        amount = max(0.01, round(rng.gammavariate(GAMMA_GAMMA.p, scale), 2))
        found.append(Purchase(at, amount, currency, first=not found))
        if (len(found) > 1 and rng.random() < drop_out) or rate < 1e-12:
            break
        at += rng.expovariate(rate)
    return found


def subscription(rng: Random, start: float, end: float, currency: str, number: int, zone: tzinfo) -> list[Purchase]:
    """A subscription's orders from `start` until it churns or `end`, with failed attempts."""
    plan = rng.choices(PLANS, [plan.share for plan in PLANS])[0]
    anchor, price = datetime.fromtimestamp(start, zone), plan.price
    found: list[Purchase] = []
    period = renewal = 0
    while (at := _due(anchor, plan, period)) < end:
        if renewal and rng.random() < plan.churn:
            if rng.random() < 0.5:  # a card that fails for good
                found.append(
                    Purchase(at, price, currency, plan=plan, subscription=number, renewal=renewal, failed=True)
                )
            if rng.random() >= RETURNS:
                break
            period += rng.randint(2, 4)
            continue
        if renewal and rng.random() < LATE:
            found.append(Purchase(at, price, currency, plan=plan, subscription=number, renewal=renewal, failed=True))
            at += rng.uniform(1, min(10, (plan.days or 28) - 1)) * DAY
        if renewal and rng.random() < 0.03:  # an upgrade or a downgrade
            price = round(price * rng.choice((0.8, 1.25)), 2)
        if at < end:
            found.append(Purchase(at, price, currency, plan=plan, subscription=number, renewal=renewal))
        period, renewal = period + 1, renewal + 1
    return found


def _due(anchor: datetime, plan: Plan, period: int) -> float:
    if plan.days:
        return (anchor + timedelta(days=plan.days * period)).timestamp()  # the same local time, across clock changes
    months = anchor.month - 1 + plan.months * period
    year, month = anchor.year + months // 12, months % 12 + 1
    for day in range(anchor.day, anchor.day - 4, -1):  # the 31st becomes the month's last day
        try:
            return anchor.replace(year=year, month=month, day=day).timestamp()
        except ValueError:
            continue
    raise AssertionError("no month is shorter than 28 days")


def customer(rng: Random, joined: float, end: float, number: int, zone: tzinfo) -> list[Purchase]:
    """All purchases of a contact who joined at `joined` and becomes a customer; empty if `end` comes first."""
    currency = pick_currency(rng)
    start = joined + (rng.uniform(60, 3600) if rng.random() < 0.35 else rng.expovariate(1 / (8 * DAY)))
    if rng.random() >= SUBSCRIBERS:
        found = one_off(rng, start, end, currency)
        if rng.random() < 0.01:  # in another currency this is another customer
            other = rng.choice([name for name, _ in CURRENCIES if name != currency])
            found += one_off(rng, start + rng.expovariate(1 / (15 * DAY)), end, other)
        return found
    found = subscription(rng, start, end, currency, number, zone)
    if rng.random() < 0.5:
        found += one_off(rng, start + rng.uniform(-3, 20) * DAY if start - joined > 4 * DAY else start, end, currency)
    return found


def orders_a_customer(seed: str, first: float, end: float, zone: tzinfo, sample: int = 600) -> float:
    """The mean number of orders of a customer who joins at a random instant of the world, by simulation."""
    rng = Random(f"{seed} sample")  # noqa: S311  # invented people, not secrets
    span = end - first
    return sum(len(customer(rng, first + rng.random() * span, end, 1, zone)) for _ in range(sample)) / sample
