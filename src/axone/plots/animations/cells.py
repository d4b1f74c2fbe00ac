"""Squares with numbers in them, in rows and columns, which move, are written and are painted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.explanation.numerals import MINUS
from axone.messages import formatted
from axone.plots.style import SMALL, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


class Cells:
    """A table of squares whose sides are 1, its first row the highest.

    Parameters
    ----------
    axes : Axes
        Of equal units both ways.
    shape : tuple of int
        Rows and columns.
    left, top : float
        Where its upper left corner is.
    spec : str
        How its numbers are written.
    columns : array of shape (columns,), optional
        The left edges of the columns, from `left` on; side by side by default.
    size : float, default 9
        Of the numbers, in points.
    """

    def __init__(
        self,
        axes: "Axes",
        shape: tuple[int, int],
        left: float,
        top: float,
        spec: str,
        columns: FloatArray | None = None,
        size: float = SMALL,
    ) -> None:
        from matplotlib.patches import Rectangle

        self.spec, self.top = spec, top
        self.shape = shape
        self.offsets = np.arange(shape[1], dtype=float) if columns is None else columns
        self.patches: list[Rectangle] = []
        self.texts: list[Text] = []
        for _row in range(shape[0] * shape[1]):
            patch = Rectangle(
                (0, 0), 1, 1, facecolor=theme().paper, edgecolor=theme().muted, linewidth=0.8
            )
            axes.add_patch(patch)
            self.patches.append(patch)
            self.texts.append(
                axes.text(
                    0, 0, "", ha="center", va="center", fontsize=size, color=theme().ink, zorder=4
                )
            )
        self.move(left)

    def move(self, left: float) -> None:
        """Put the left edge elsewhere."""
        for number, (patch, text) in enumerate(zip(self.patches, self.texts, strict=True)):
            row, column = divmod(number, self.shape[1])
            corner = left + float(self.offsets[column]), self.top - row - 1
            patch.set_xy(corner)
            text.set_position((corner[0] + 0.5, corner[1] + 0.5))

    def write(self, values: FloatArray, shown: BoolArray | None = None) -> None:
        """Write numbers, one a cell in rows, or those of them that are shown."""
        for number, (text, value) in enumerate(zip(self.texts, np.ravel(values), strict=True)):
            is_shown = shown is None or bool(shown[number])
            # Adding 0 turns −0 into 0.
            number_text = str(formatted(float(value) + 0.0, self.spec)).replace("-", MINUS)
            text.set_text(number_text if is_shown else "")

    def paint(self, colors: Sequence[Any]) -> None:
        """Give every cell its colour."""
        for patch, color in zip(self.patches, colors, strict=True):
            patch.set_facecolor(color)

    def show(self, *, visible: bool) -> None:
        """Show all of it, or nothing."""
        for artist in (*self.patches, *self.texts):
            artist.set_visible(visible)
