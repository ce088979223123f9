"""The documented Outbound API as a local server over a seeded, realistic world.

It is written from the API's specification and shares no code with the client, so that each can test the other.
`docs/sandbox.md` describes each switch.
"""

from wicked_pipeline.sandbox import changes
from wicked_pipeline.sandbox.faults import Fault, Outage
from wicked_pipeline.sandbox.generate import build_world
from wicked_pipeline.sandbox.pages import shown
from wicked_pipeline.sandbox.population import BG_NBD, GAMMA_GAMMA
from wicked_pipeline.sandbox.reading import Reading
from wicked_pipeline.sandbox.records import RecordsError, world_of_records
from wicked_pipeline.sandbox.running import Server, running, serve
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.world import World

__all__ = [
    "BG_NBD", "GAMMA_GAMMA", "Fault", "Outage", "Reading", "RecordsError", "Server", "Switches", "World",
    "build_world", "changes", "running", "serve", "shown", "world_of_records",
]  # fmt: skip
