"""Writing a figure to a file, whole or not at all."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from axone.errors import ConfigurationError
from axone.files import write_atomically
from axone.messages import _, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 144

FORMATS = ("png", "svg", "pdf")

_WITHOUT_DATES: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""The same figure makes the same file, today and tomorrow."""


def save_figure(figure: "Figure", path: str | os.PathLike[str]) -> Path:
    """Write a figure as PNG, 144 dots an inch, or as SVG or PDF, by the name's ending.

    The picture is drawn in memory before the file is touched: nobody ever sees half a picture, and
    a failure leaves the old one as it was.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to draw.
    path : path-like
        A file that ends in ``.png``, ``.svg`` or ``.pdf``, in a folder that exists.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ConfigurationError
        The name ends otherwise.
    DataError
        The folder is missing or cannot be written to.
    """
    from matplotlib import rc_context

    target, form = Path(path), format_of(path)
    drawn = io.BytesIO()
    with rc_context({"svg.hashsalt": "axone"}):
        figure.savefig(drawn, format=form, dpi=DOTS_PER_INCH, metadata=_WITHOUT_DATES.get(form))
    write_atomically(target, drawn.getvalue())
    return target


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format that a file's name asks for: ``"png"``, ``"svg"`` or ``"pdf"``.

    Raises
    ------
    ConfigurationError
        The name ends otherwise.
    """
    form = Path(path).suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise ConfigurationError(
            _(
                "{path}: pictures are saved as {formats}, by the name's ending.",
                path=Path(path),
                formats=listed(f".{known}" for known in FORMATS),
            )
        )
    return form
