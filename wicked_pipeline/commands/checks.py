"""The results of a build's checks in words: the last lines of a command that builds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wicked_pipeline.reporting import counted
from wicked_pipeline.transform import Result, Test


@dataclass
class Checks:
    """The number of passed checks, and the warning and failing ones with their meaning. Each dbt test is a check."""

    passed: int = 0
    warn: dict[str, str] = field(default_factory=dict)
    fail: dict[str, str] = field(default_factory=dict)

    def add(self, asset: str, passed: int, warn: Mapping[str, str], fail: Mapping[str, str]) -> None:
        """Adds the checks of an asset: how many passed, and the names and meanings of the others."""
        self.passed += passed
        self.warn |= {f"{name} of {asset}": meaning for name, meaning in warn.items()}
        self.fail |= {f"{name} of {asset}": meaning for name, meaning in fail.items()}

    def lines(self) -> list[str]:
        """The number of passed checks, then each warning one with the first paragraph of its meaning."""
        of_all = counted(self.passed + len(self.warn) + len(self.fail), "check")
        first = f"{self.passed} of {of_all} passed" + ("; these warn:" if self.warn else "")
        meanings = {name: " ".join(meaning.split("\n\n")[0].split()) for name, meaning in sorted(self.warn.items())}
        return [first, *(f"  {name}: {meaning or 'see the Dagster UI'}" for name, meaning in meanings.items())]

    def failure(self) -> str | None:
        """A line that names the failed checks; None if none failed."""
        if not self.fail:
            return None
        names = ", ".join(sorted(self.fail))
        return f"{counted(len(self.fail), 'check')} failed: {names}; the models were built anyway"


def checks_of(results: Sequence[Result], tests: Mapping[str, Test]) -> Checks:
    """The checks among the results of a build."""
    checks = Checks()
    for result in results:
        if test := tests.get(result.unique_id):
            meaning = {test.name: test.description}
            checks.add(test.asset, result.passes, meaning if result.warns else {}, meaning if result.fails else {})
    return checks
