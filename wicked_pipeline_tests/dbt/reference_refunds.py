"""What an order brought, from its payments, one order after the other in plain Python.

Written from the definitions in `docs/lifetime-value.md`, not from the models.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

PAID, REFUNDED, NO_PAYMENTS = {"approved", "manual"}, {"refunded", "partially refunded"}, {"tax", "discount"}
ZERO, CENT = Decimal(0), Decimal("0.01")


@dataclass(frozen=True)
class Paid:
    """An order's amount, where it came from, and its payments (status, amount)."""

    amount: Decimal | None
    source: str | None
    payments: tuple[tuple[str, Decimal | None], ...]

    def _of(self, statuses: set[str]) -> list[Decimal]:
        return [money or ZERO for status, money in self.payments if status.strip().lower() in statuses]

    @property
    def paid(self) -> Decimal:
        return sum(self._of(PAID), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum(map(abs, self._of(REFUNDED)), ZERO)

    @property
    def has_payments(self) -> bool:
        return any(status.strip().lower() not in NO_PAYMENTS for status, _ in self.payments)

    @property
    def is_purchase(self) -> bool:
        moved = [money for status, money in self.payments if status.strip().lower() in PAID | REFUNDED]
        paid = any(money is None or money != 0 for money in moved)
        return self.amount is not None and self.amount > 0 and (paid or not self.has_payments)

    @property
    def shown_kind(self) -> str | None:
        """Of a refunded order, what its own payments say."""
        if not self.refunded:
            return None
        if self.paid <= 0:
            return "status"
        if not self.amount or self.amount < 0:
            return None
        if self.paid - self.amount > -CENT:
            return "entry"
        return "status" if self.paid + self.refunded - self.amount < CENT else None

    def net(self, kind: str | None) -> Decimal:
        """What is left, if its refund is of that kind."""
        amount = self.amount or ZERO
        if not self.has_payments:
            return amount
        if amount < 0:
            return -min(-amount, abs(self.paid) + self.refunded)
        if not self.paid:
            return ZERO
        whole = sorted(money for money in self._of(PAID) if amount and money - amount > -CENT)
        once = self.paid - sum(whole[1:], ZERO)
        return min(self.paid - self.refunded, once) if kind == "entry" else once


def kinds(orders: Iterable[Paid], semantics: str) -> list[str | None]:
    """The kind of each order's refund: as the variable says, as it shows, as most of its system's, of all show."""
    every = list(orders)
    if semantics != "auto":
        return [semantics if order.refunded else None for order in every]
    votes: dict[object, Counter[str | None]] = {}
    for order in every:
        for voter in (("system", order.source), "account"):
            votes.setdefault(voter, Counter())[order.shown_kind] += 1

    def habit(order: Paid) -> str:
        for voter in (("system", order.source), "account"):
            entries, statuses = votes[voter]["entry"], votes[voter]["status"]
            if entries != statuses:
                return "entry" if entries > statuses else "status"
        return "status"

    return [(order.shown_kind or habit(order)) if order.refunded else None for order in every]
