"""`axone report`: what result folders hold, told on one page."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli.console import echo, explained_errors
from axone.errors import ConfigurationError
from axone.messages import _


def report(
    runs: Annotated[
        list[Path], typer.Argument(help=_("Folders of `axone train`."), metavar="RUN…")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help=_("The page (default report.html: of one run in its folder, of several here)."),
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Run `axone report`, as its help tells."""
    with explained_errors():
        from axone.experiments.folder import PAGE
        from axone.experiments.run_report import as_page, read_run
        from axone.files import write_atomically

        path = out or (runs[0] / PAGE if len(runs) == 1 else Path(PAGE))
        if path.suffix.lower() not in (".html", ".htm"):
            raise ConfigurationError(
                _("{path}: a report is a page; let the name end in .html.", path=path)
            )
        write_atomically(path, as_page([read_run(run) for run in runs]).encode())
        echo(str(path))
