"""`axone predict`: a model and new rows in, predictions as CSV out."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors, messages, tell
from axone.messages import _


def predict(
    model: Annotated[
        Path,
        typer.Argument(
            help=_("A folder that `axone train` made, or a .safetensors model."), metavar="MODEL"
        ),
    ],
    rows: Annotated[
        list[str],
        typer.Argument(
            help=_(
                "A file of rows (CSV, Excel, Parquet, NPZ, …), - for standard input, a database's "
                "URL; or image files; or the numbers of one row."
            )
        ),
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help=_("Carry a column through, such as an identifier. May be repeated."),
        ),
    ] = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write the CSV there instead of printing it."))
    ] = None,
) -> None:
    """Run `axone predict`, as its help tells."""
    with explained_errors():
        from axone.cli.models import model_at
        from axone.cli.predictions import predictions_csv, read
        from axone.data import TableOptions
        from axone.files import write_atomically
        from axone.shown import writable

        fitted = model_at(model)
        given = read(rows, fitted, keep or (), TableOptions(query=query, sheet=sheet))
        text = predictions_csv(fitted, given)
        for note in given.notes:
            tell(messages(), note)
        if out is None:
            echo(text, end="")
        else:
            write_atomically(out, writable(text).encode())
