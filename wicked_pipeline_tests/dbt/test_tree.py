"""Which room of `dbt/models` reads which: staging → core → intermediate → marts, each only what is to its left."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from wicked_pipeline import demo, verdicts
from wicked_pipeline.settings import PROJECT_ROOT, load_settings
from wicked_pipeline.transform import ensure_manifest
from wicked_pipeline.warehouse import copy_of

SOURCES = "sources"

READS = {
    "staging/base": {SOURCES, "staging/base"},
    "staging": {SOURCES, "staging/base", "staging", "seeds"},
    "core": {"staging", "core", "seeds"},
    "intermediate/attribution": {"staging", "core", "intermediate/attribution"},
    "intermediate/health": {"staging", "intermediate/health"},
    # who acquired a customer is the attribution's to say
    "intermediate/lifetime_value": {"staging", "core", "intermediate/lifetime_value", "intermediate/attribution"},
    # a mart may sum up another one of its own subject
    "marts/attribution": {"staging", "core", "intermediate/attribution", "marts/attribution"},
    "marts/health": {"staging", "intermediate/health"},
    "marts/lifetime_value": {"staging", "core", "intermediate/lifetime_value", "marts/lifetime_value"},
    "marts/books": {"staging"},
}
"""By room: the rooms that its models may read. A room not named here, or an arrow not drawn here, is a mistake."""


def room(node: Mapping[str, Any]) -> str:
    """Where a model is: a folder of `dbt/models`, of which core's subfolders are one room."""
    if node["resource_type"] == "source":
        return SOURCES
    if node["resource_type"] == "seed":
        return "seeds"
    folders = node["original_file_path"].split("/")[1:-1]
    return "core" if folders[0] == "core" else "/".join(folders)


def wrong_arrows(manifest: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each model that reads what its room may not."""
    nodes: dict[str, Mapping[str, Any]] = {**manifest["nodes"], **manifest["sources"]}
    for model in nodes.values():
        if model["resource_type"] != "model":
            continue
        for read in (nodes[unique_id] for unique_id in model["depends_on"]["nodes"]):
            if room(read) not in READS.get(room(model), set()):
                yield f"{model['name']} (in {room(model)}) reads {read['name']}, which is in {room(read)}"


IMPORT = re.compile(r"^(\w+) as \(\n\n    select \* from \{\{ \w+\('\w+'\) \}\}\n\n\)", re.MULTILINE)
"""A CTE that only names a table."""


def copied_tables(sql: str) -> list[str]:
    """The CTEs that only name a table and are read more than once, without `not materialized`: DuckDB copies these."""
    return [name for name in IMPORT.findall(sql) if len(re.findall(rf"\b(?:from|join) {name}\b", sql)) > 1]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(ensure_manifest(copy_of(load_settings().duckdb_path)).read_bytes())
    return parsed


def test_no_model_copies_a_table_to_read_it_twice() -> None:
    models = (PROJECT_ROOT / "dbt" / "models").rglob("*.sql")
    assert {path.stem: copied for path in models if (copied := copied_tables(path.read_text()))} == {}


def test_every_model_reads_only_what_its_room_may(manifest: dict[str, Any]) -> None:
    assert sorted(wrong_arrows(manifest)) == []


def test_every_room_and_every_arrow_is_in_use(manifest: dict[str, Any]) -> None:
    """An arrow that no model takes would let one in unseen."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    taken = {(room(model), room(nodes[read])) for model in models for read in model["depends_on"]["nodes"]}
    assert taken == {(reader, read) for reader, reads in READS.items() for read in reads}


def test_a_model_that_reads_another_subjects_mart_is_told_by_name() -> None:
    def model(name: str, folder: str, *reads: str) -> dict[str, Any]:
        path = f"models/{folder}/{name}.sql"
        return {"resource_type": "model", "name": name, "original_file_path": path, "depends_on": {"nodes": [*reads]}}

    nodes = {
        "daily": model("attribution_daily", "marts/attribution"),
        "payback": model("cohort_payback", "marts/lifetime_value", "daily"),
        "lost": model("int_lost", "intermediate/nowhere", "daily"),
    }
    assert list(wrong_arrows({"nodes": nodes, "sources": {}})) == [
        "cohort_payback (in marts/lifetime_value) reads attribution_daily, which is in marts/attribution",
        "int_lost (in intermediate/nowhere) reads attribution_daily, which is in marts/attribution",
    ]


def test_exposures_name_the_marts_that_people_look_at_and_no_others(manifest: dict[str, Any]) -> None:
    told = {
        exposure["name"]: {read.split(".")[-1] for read in exposure["depends_on"]["nodes"]}
        for exposure in manifest["exposures"].values()
    }
    first_queries = re.findall(r"```sql\n(.+?)```", (PROJECT_ROOT / "README.md").read_text(), re.DOTALL)[0]
    assert told == {
        "first_queries": set(re.findall(r"marts\.(\w+)", first_queries)),
        "demo": set(demo.FIRST_LINES),
        "verdicts": set(re.findall(r"from marts\.(\w+)", inspect.getsource(verdicts))),
    }


def test_what_a_subject_keeps_to_itself_is_private(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    public = {model["name"] for model in models if model["access"] == "public"}
    assert public == {model["name"] for model in models if model["schema"] == "marts"}
    shared = [model["name"] for model in models if room(model).startswith("inter") and model["access"] != "private"]
    assert shared == ["int_order_attribution"]
