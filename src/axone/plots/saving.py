"""Writing a figure to a file, whole or not at all."""

import contextlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from axone.errors import ConfigurationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 144


def save_figure(figure: "Figure", path: str | os.PathLike[str]) -> Path:
    """Write a figure as PNG, 144 dots an inch.

    The picture is drawn in memory and written to a temporary file that takes the place of `path`
    at the end: nobody ever sees half a picture, and a failure leaves the old one as it was.

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
        The name does not end in ``.png``, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise ConfigurationError(f"{target}: pictures are saved as PNG; let the name end in .png.")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    temporary = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    try:
        temporary.write_bytes(drawn.getbuffer())
        temporary.replace(target)
    except OSError as error:
        raise ConfigurationError(
            f"{target}: the picture cannot be written ({error.strerror}). "
            "Give a file in a folder that exists and that you may write to."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return target
