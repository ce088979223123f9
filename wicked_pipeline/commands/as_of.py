"""`wicked-pipeline as-of`: builds the marts as they stood after a past day's loads, in a file of their own."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from wicked_pipeline import landing, transform
from wicked_pipeline.commands.checks import checks_of
from wicked_pipeline.commands.errors import CommandFailed, Refused, report_once
from wicked_pipeline.commands.terminal import Terminal
from wicked_pipeline.reporting import counted
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import copy_of, copy_warehouse, read_warehouse, write_warehouse


def run(arguments: argparse.Namespace) -> int:
    """Builds the file. The warehouse stays as it is. Raises `Refused`, or `CommandFailed` if a model can't be built."""
    settings, terminal, day = load_settings(), Terminal(), arguments.day
    warehouse = settings.duckdb_path.resolve()
    out = (arguments.out or warehouse.with_name(f"{warehouse.stem}-as-of-{day}.duckdb")).resolve()
    if day > settings.current_date():
        raise Refused(f"{day} is in the future")
    if out.exists():
        raise Refused(f"{out} is there already; delete it, or name another file with --out")
    if not out.parent.is_dir():
        raise Refused(f"there is no folder {out.parent}")
    with read_warehouse(warehouse, on_wait=report_once()) as connection:
        landing.check_rewind(connection, day)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        built = Path(folder) / out.name  # with that name, since DuckDB names a database by its file
        copy_warehouse(warehouse, built, on_wait=report_once())
        built.chmod(0o600)
        with write_warehouse(built) as connection:
            rewound = landing.rewind(connection, day)
        try:
            with terminal.steps(verbose=arguments.verbose) as on_step:
                results = transform.build(built, [], on_step)
        except transform.ModelsFailed as error:
            raise CommandFailed(f"{error}. No file was made") from None
        with write_warehouse(built) as connection:
            connection.execute("checkpoint")  # a log beside the file would stay behind
        built.replace(out)
    checks = checks_of(results, transform.tests_in(transform.manifest(copy_of(warehouse))))
    for line in (*checks.lines(), checks.failure()):
        if line:
            terminal.say(line)
    if rewound.spend_loaded_since:
        lines = counted(rewound.spend_loaded_since, "line")
        terminal.say(f"{lines} of spend were loaded later; raw keeps no versions of spend, so it is as stated now")
    terminal.say(f"The marts as they stood on {day} are in {out}")
    return 0
