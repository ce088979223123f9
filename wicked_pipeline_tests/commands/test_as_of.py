"""A past morning, had again from the versions kept, equals what was published that morning."""

import stat
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline import cli, transform
from wicked_pipeline.sandbox import build_world, changes
from wicked_pipeline_tests.shop import Shop, inner_days, open_shop

WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def marts(path: Path) -> dict[str, list[str]]:
    """Every mart's rows; the last digits of floating-point sums hang on their order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables where table_schema = 'marts'")
        return {
            name: sorted(map(_rounded, connection.execute(f"from marts.{name}").fetchall()))
            for (name,) in names.fetchall()
        }


def _rounded(row: tuple[object, ...]) -> str:
    return repr([round(value, 9) if isinstance(value, float) else value for value in row])


def test_a_past_morning_is_had_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = build_world(days=12, contacts=20, clicks=60, orders=12)
    first, last = inner_days(world)
    settings = {"timezone": world.zone, "duckdb_path": tmp_path / "wicked.duckdb"}
    mornings = [last + timedelta(days) for days in (1, 2, 5)]
    published = []
    with open_shop(world, tmp_path) as shop:
        for number, today in enumerate(mornings):
            if number:
                changes.second_day(world, first + timedelta(number), seed=number)
            Shop(shop.server, tmp_path, **settings, today=today).run(first, last)
            transform.build(settings["duckdb_path"], WITHOUT_TESTS)
            published.append(marts(settings["duckdb_path"]))
    assert published[0] != published[1] != published[2]

    monkeypatch.setenv("WICKED_DUCKDB_PATH", str(settings["duckdb_path"]))
    monkeypatch.setenv("WICKED_TODAY", str(mornings[-1]))
    out = tmp_path / "first.duckdb"
    assert cli.main(["as-of", str(mornings[0]), "--out", str(out)]) == 0
    assert marts(out) == published[0]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    the_day_after = mornings[1] + timedelta(1)  # nothing was read that day
    assert cli.main(["as-of", str(the_day_after)]) == 0
    assert marts(tmp_path / f"wicked-as-of-{the_day_after}.duckdb") == published[1]
    assert marts(settings["duckdb_path"]) == published[2], "the warehouse itself stays as it is"
    assert not list(tmp_path.glob(".*")), "no copy is left behind"

    capsys.readouterr()
    for day, status, said in [
        (mornings[-1] + timedelta(1), 2, "is in the future"),
        (mornings[0] - timedelta(1), 1, f"the first day of a load is {mornings[0]}"),
        (the_day_after, 2, "is there already"),
    ]:
        assert cli.main(["as-of", str(day)]) == status
        assert said in capsys.readouterr().err

    with duckdb.connect(str(settings["duckdb_path"])) as connection:
        moment = "(select min(superseded_at) from raw.superseded)"
        connection.execute(f"delete from raw.superseded where superseded_at = {moment}")
    assert cli.main(["as-of", str(mornings[0])]) == 1
    assert f"the earliest day is {mornings[1]}" in capsys.readouterr().err
