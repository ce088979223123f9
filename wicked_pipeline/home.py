"""Dagster's home, the folder of its runs and events: `DAGSTER_HOME`, by default `.dagster/` in the project's root."""

import os
from pathlib import Path

from wicked_pipeline.settings import PROJECT_ROOT

DEFAULT = PROJECT_ROOT / ".dagster"


def ensure_home(home: Path | None = None) -> Path:
    """Creates Dagster's home (0700), adds our `dagster.yaml` if it has none, sets `DAGSTER_HOME`, and returns the path.

    Without `home` it is the folder that `DAGSTER_HOME` names, or `.dagster/` if that is unset.
    """
    folder = home or Path(os.environ.get("DAGSTER_HOME") or DEFAULT).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = folder / "dagster.yaml"
    if not config.exists():
        config.unlink(missing_ok=True)  # a link whose target was moved away
        config.symlink_to(PROJECT_ROOT / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder
