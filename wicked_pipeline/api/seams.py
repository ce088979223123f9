"""Where one page of a window ends and the next begins: records that come again there are copies, or equal records.

An API may begin each page with the last records of the page before it. Two equal clicks may also happen to come apart
there. Which of the two it is, is told by the number of records that the API says that the window holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec


@dataclass(frozen=True)
class Seams:
    """For each page but the first: the numbers of its first records that, byte by byte, end the page before it."""

    repeats: tuple[frozenset[int], ...] = ()
    last_page: Sequence[msgspec.Raw] | None = None

    def with_page(self, records: Sequence[msgspec.Raw]) -> "Seams":
        """The seams with that before the next page, which holds these records."""
        before = self.last_page
        if before is None:
            return replace(self, last_page=records)
        found = frozenset(_repeats(before, records))
        return Seams((*self.repeats, found), records)

    @property
    def everywhere(self) -> list[int]:
        """The numbers of records, from the least, that come again at each seam."""
        return sorted(frozenset.intersection(*self.repeats)) if self.repeats else []

    def likely(self, known: int | None) -> tuple[list[int], bool]:
        """The copies at each seam as far as can be told, and whether that is certain: as many at all of them.

        `known` is what other windows have shown. A page that begins anew shows that pages don't overlap.
        """
        if not all(self.repeats) or not self.repeats:
            known = 0
        if known in (0, *self.everywhere):
            return [known] * len(self.repeats), True
        return ([self.everywhere[0]] * len(self.repeats) if self.everywhere else self._all), False

    def ways(self) -> Iterator[list[int]]:
        """How many copies there may be at each seam: none, as many at all of them, or all that come again."""
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
