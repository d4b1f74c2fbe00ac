"""`axone predict`: a model and new rows in, predictions as CSV out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors, messages, tell
from axone.errors import DataError
from axone.messages import _, _n

if TYPE_CHECKING:
    from axone.cli.predictions import RowsToPredict

_DRAWN = 4
"""Images that are drawn in the terminal."""


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
                "URL; or image or sound files, or folders of them; or the numbers of one row."
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
    seen: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG", help=_("Of image files: write there what the network sees of them.")
        ),
    ] = None,
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
        _show(given, seen)
        if out is None:
            echo(text, end="")
        else:
            write_atomically(out, writable(text).encode())


def _show(given: "RowsToPredict", seen: Path | None) -> None:
    """Draw what the network sees of image files, in the terminal and, if asked for, in a file."""
    from axone.cli.drawing import drawn_side_by_side, sheet
    from axone.files import write_atomically

    if given.images is None:
        if seen is not None:
            raise DataError(_("--seen writes images, and these rows are none."))
        return
    if seen is not None:
        write_atomically(seen, sheet(given.images))
    names = [Path(name).name for name in given.carried["file"]]
    for line in drawn_side_by_side(given.images[:_DRAWN], names[:_DRAWN]):
        messages().print(line, markup=False, highlight=False)
    more = len(names) - _DRAWN
    if more > 0:
        tell(messages(), _n("… and {count:,} more image", "… and {count:,} more images", more))
