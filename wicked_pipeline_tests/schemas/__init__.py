"""The JSON schemas that the Outbound API's specification prints, one file for each of its six calls."""

import json
from pathlib import Path

SCHEMAS = {path.stem: json.loads(path.read_text()) for path in Path(__file__).parent.glob("*.json")}
