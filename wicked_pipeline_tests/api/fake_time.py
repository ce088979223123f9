"""Time that passes only when somebody waits for it, for a client and its budget in one thread."""

import threading
from pathlib import Path
from typing import Any

from wicked_pipeline.api import Budget, Client, Rate


class FakeTime:
    """Seconds on a clock, and every pause that was made."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def wait(self, _: threading.Condition, seconds: float) -> None:
        self.now += seconds

    def budget(self, url: str, key: str, directory: Path, ceilings: tuple[Rate, ...] = ()) -> Budget:
        """A budget in a directory of its own that goes by this clock."""
        return Budget(url, key, ceilings=ceilings, directory=directory, clock=lambda: self.now, wait=self.wait)

    def client(self, url: str, key: str, directory: Path, **options: Any) -> Client:
        """A client that neither pauses nor waits for its budget in earnest."""
        return Client(url, key, budget=self.budget(url, key, directory), sleep=self.sleep, **options)
