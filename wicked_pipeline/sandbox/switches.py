"""How the sandbox behaves, as one object that may be changed while it runs."""

from dataclasses import dataclass, field

from wicked_pipeline.sandbox.faults import Fault, Outage
from wicked_pipeline.sandbox.reading import Reading

KEY = "sandbox-key"


@dataclass
class Switches:
    """The accepted key (and whether the API is enabled for it), the limit, the reading, and the faults.

    `requests_per_minute` 0 lifts the limit; with another `reading.window_seconds` it is the limit of that window.
    `latency` is the seconds that each answer takes.
    """

    key: str = KEY
    enabled: bool = True
    requests_per_minute: int = 120
    latency: float = 0.0
    reading: Reading = field(default_factory=Reading)
    faults: list[Fault] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
