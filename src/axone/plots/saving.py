"""Writing a figure to a file, whole or not at all."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from axone.errors import ConfigurationError
from axone.files import write_atomically
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 144


def save_figure(figure: "Figure", path: str | os.PathLike[str]) -> Path:
    """Write a figure as PNG, 144 dots an inch.

    The picture is drawn in memory before the file is touched: nobody ever sees half a picture, and
    a failure leaves the old one as it was.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to draw.
    path : path-like
        A file that ends in ``.png``, in a folder that exists.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ConfigurationError
        The name does not end in ``.png``.
    DataError
        The folder is missing or cannot be written to.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise ConfigurationError(
            _("{path}: pictures are saved as PNG; let the name end in .png.", path=target)
        )
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    write_atomically(target, drawn.getvalue())
    return target
