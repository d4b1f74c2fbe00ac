"""`axone predict`: a model and new rows in, predictions as CSV out."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli.console import echo, explained_errors
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
            help=_("A CSV, NPZ or Parquet file of rows; or image files; or the numbers of one row.")
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help=_("Write the CSV there instead of printing it."))
    ] = None,
) -> None:
    """Run `axone predict`, as its help tells."""
    with explained_errors():
        from axone.cli.models import model_at
        from axone.cli.predictions import predictions_csv, read
        from axone.files import write_atomically
        from axone.shown import writable

        fitted = model_at(model)
        X, names = read(rows, fitted)
        text = predictions_csv(fitted, X, names)
        if out is None:
            echo(text, end="")
        else:
            write_atomically(out, writable(text).encode())
