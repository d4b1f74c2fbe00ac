"""A small network of dense layers whose circles hold numbers and whose lines change their widths.

Lengths are inches, as in `axone.plots.networks.diagram`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.numerals import MINUS
from axone.messages import formatted, shorten
from axone.plots.networks.plane import outlined
from axone.plots.style import SMALL, bare, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_RADIUS = 0.27
_WIDTH = 7.8
_STEP, _HEIGHT = 1.0, 3.4
"""From one circle of a column to the next at most, and from the first to the last."""

_THINNEST, _WIDEST = 0.3, 4.5
_NUMBER_AT = 0.27
"""Share of a line at which its number is written."""


class UnitDiagram:
    """Columns of circles with lines between them.

    Parameters
    ----------
    axes : Axes
        Emptied of its frame; its units become inches.
    counts : sequence of int
        Circles of each column, the inputs first.
    input_names, output_names : sequence of str
        Written beside the first column and the last.

    Attributes
    ----------
    top, foot : float
        The highest and the lowest that something is drawn at.
    """

    def __init__(
        self,
        axes: "Axes",
        counts: Sequence[int],
        input_names: Sequence[str],
        output_names: Sequence[str],
    ) -> None:
        from matplotlib.collections import LineCollection
        from matplotlib.patches import Circle

        bare(axes)
        axes.set_aspect("equal")
        step = min(_STEP, _HEIGHT / max(max(counts) - 1, 1))
        half = step * (max(counts) - 1) / 2
        self.top, self.foot = half + 0.4, -half - 0.55
        axes.set_xlim(0, _WIDTH)
        axes.set_ylim(self.foot - 0.25, self.top + 0.75)
        across = np.linspace(1.55, _WIDTH - 1.5, len(counts))
        self.places = [
            [(float(x), step * ((count - 1) / 2 - unit)) for unit in range(count)]
            for x, count in zip(across, counts, strict=True)
        ]
        self.circles, self.values, self.sums, self.deltas = [], [], [], []
        for column in self.places:
            patches = [
                Circle(place, _RADIUS, facecolor=theme().paper, edgecolor=theme().ink, zorder=4)
                for place in column
            ]
            for patch in patches:
                axes.add_patch(patch)
            self.circles.append(patches)
            self.values.append(_texts(axes, column, (0.0, 0.0), theme().ink))
            self.sums.append(_texts(axes, column, (-0.2, -_RADIUS - 0.11), theme().muted))
            self.deltas.append(_texts(axes, column, (0.2, _RADIUS + 0.11), theme().vermilion))
        self.links, self.numbers = [], []
        for one, other in zip(self.places[:-1], self.places[1:], strict=True):
            # By unit of the later column, then of the earlier: as the weights lie.
            lines = LineCollection([[start, end] for end in other for start in one], zorder=2)
            axes.add_collection(lines)
            self.links.append(lines)
            self.numbers.append([_number(axes, start, other[0]) for start in one])
        _write_names(axes, self.places[0], input_names, -1)
        _write_names(axes, self.places[-1], output_names, 1)
        self.ink, self.muted, self.paper = theme().ink, theme().muted, theme().paper
        self.marked, self.signs = theme().behind_text[1], (theme().blue, theme().vermilion)

    def clear(self) -> None:
        """Empty all circles, and take all marks and numbers away."""
        for column in (*self.values, *self.sums, *self.deltas, *self.numbers):
            for text in column:
                text.set_text("")
        for patches in self.circles:
            for patch in patches:
                patch.set_facecolor(self.paper)

    def write(
        self,
        column: int,
        values: FloatArray | None = None,
        sums: FloatArray | None = None,
        deltas: FloatArray | None = None,
    ) -> None:
        """Write numbers in the circles of a column, below them and above them."""
        for texts, numbers, name in (
            (self.values[column], values, ""),
            (self.sums[column], sums, "z "),
            (self.deltas[column], deltas, "δ "),
        ):
            if numbers is not None:
                for text, number in zip(texts, numbers, strict=True):
                    text.set_text(name + as_number(float(number)))

    def mark(self, column: int) -> None:
        """Tint the circles of a column."""
        for patch in self.circles[column]:
            patch.set_facecolor(self.marked)

    def dim(self, layer: int, weight: FloatArray) -> None:
        """Draw the lines of a layer faintly, as wide as their weights."""
        self._draw(layer, weight, alpha=0.3)

    def light(self, layer: int, sizes: FloatArray, *, numbered: bool = True) -> None:
        """Draw the lines of a layer strongly, and write the numbers of the first unit's."""
        self._draw(layer, sizes, alpha=0.95)
        if numbered:
            for text, size in zip(self.numbers[layer], sizes[0], strict=True):
                text.set_text(as_number(float(size)))

    def _draw(self, layer: int, sizes: FloatArray, alpha: float) -> None:
        flat = np.ravel(sizes)
        largest = float(np.abs(flat).max()) or 1.0
        widths = _THINNEST + (_WIDEST - _THINNEST) * np.abs(flat) / largest
        lines = self.links[layer]
        lines.set_linewidth(widths.tolist())
        lines.set_colors([self.signs[int(size < 0)] for size in flat])
        # Dashes are counted in line widths: those of wide lines are cut shorter.
        dashes: list[Any] = [
            (0, (6 / max(width, 1.0), 4 / max(width, 1.0))) if size < 0 else "-"
            for size, width in zip(flat, widths, strict=True)
        ]
        lines.set_linestyle(dashes)
        lines.set_alpha(alpha)


def as_number(number: float) -> str:
    """Write a number with two decimals and a true minus sign.

    Examples
    --------
    >>> as_number(-0.314), as_number(-0.001)
    ('−0.31', '−0.00')
    """
    return str(formatted(number, ".2f")).replace("-", MINUS)


def _texts(
    axes: "Axes", column: Sequence[tuple[float, float]], off: tuple[float, float], color: str
) -> list["Text"]:
    return [
        axes.text(
            x + off[0],
            y + off[1],
            "",
            ha="center",
            va="center",
            fontsize=SMALL,
            color=color,
            zorder=6,
            path_effects=outlined() if any(off) else None,
        )
        for x, y in column
    ]


def _number(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> "Text":
    x, y = (a + _NUMBER_AT * (b - a) for a, b in zip(start, end, strict=True))
    return axes.text(
        x,
        y,
        "",
        ha="center",
        va="center",
        fontsize=SMALL,
        color=theme().ink,
        zorder=5,
        path_effects=outlined(),
    )


def _write_names(
    axes: "Axes", places: Sequence[tuple[float, float]], names: Sequence[str], side: int
) -> None:
    for (x, y), name in zip(places, names, strict=True):
        axes.text(
            x + side * (_RADIUS + 0.1),
            y,
            shorten(name, 17),
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=SMALL,
            color=theme().ink,
        )
