"""Seams: the places where one page of a window ends and the next begins. Equal records there may be copies.

An API may begin each page with the last records of the page before it. Two equal clicks may also happen to lie on
both sides of a seam. The window's `total` tells these two cases apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec


@dataclass(frozen=True)
class Seams:
    """The seams of a window. For each, `repeats` has every number of first records that also end the page before."""

    repeats: tuple[frozenset[int], ...] = ()
    last_page: Sequence[msgspec.Raw] | None = None

    def with_page(self, records: Sequence[msgspec.Raw]) -> "Seams":
        """The seams after one more page, which holds these records."""
        before = self.last_page
        if before is None:
            return replace(self, last_page=records)
        found = frozenset(_repeats(before, records))
        return Seams((*self.repeats, found), records)

    @property
    def everywhere(self) -> list[int]:
        """The numbers of records, in ascending order, that repeat at every seam."""
        return sorted(frozenset.intersection(*self.repeats)) if self.repeats else []

    def likely(self, known: int | None) -> tuple[list[int], bool]:
        """The most likely number of copies at each seam, and whether it is certain.

        `known` is the number that other windows have shown. A page that repeats no record shows that pages don't
        overlap.
        """
        if not all(self.repeats) or not self.repeats:
            known = 0
        if known in (0, *self.everywhere):
            return [known] * len(self.repeats), True
        return ([self.everywhere[0]] * len(self.repeats) if self.everywhere else self._all), False

    def ways(self) -> Iterator[list[int]]:
        """The possible numbers of copies at each seam: none, the same number at all seams, or all that repeat."""
        for number in (0, *self.everywhere):
            yield [number] * len(self.repeats)
        yield self._all

    @property
    def _all(self) -> list[int]:
        return [max(seam, default=0) for seam in self.repeats]


def _repeats(before: Sequence[msgspec.Raw], records: Sequence[msgspec.Raw]) -> Iterator[int]:
    for place, record in enumerate(before) if records else ():
        if record == records[0] and before[place:] == records[: len(before) - place]:
            yield len(before) - place
