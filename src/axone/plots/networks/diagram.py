"""A network as a diagram: columns of units with their links, and blocks for what has no units.

Lengths are inches, so that circles are circles and words keep clear of one another.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.errors import ConfigurationError
from axone.layers import Dense
from axone.messages import _, _n, shorten
from axone.network import Network
from axone.parameters import Parameters
from axone.plots.networks.plane import outlined
from axone.plots.style import SMALL, add_note, bare, house_style, new_figure, theme
from axone.summary import layer_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_UNITS = 12
"""Of a column; of a wider layer the first and the last five."""

_MOST_COLUMNS = 14
_WIDTH, _HEIGHT = 7.8, 3.5
_RADIUS = 0.12
_BLOCK = 0.4
_MARGIN = 0.35

_THINNEST, _WIDEST = 0.15, 2.6
_NEGATIVE = (0, (3.5, 1.6))
_CHARACTERS = 12.5
"""Of small text in an inch."""


@dataclass(frozen=True)
class _Column:
    """A layer with units, a block, or a gap where layers are left out.

    Attributes
    ----------
    words : tuple of str
        What the layer is, and those after it that change no shape.
    shape : tuple of int
        Of an example behind it.
    layer : int, optional
        The dense layer whose units these are.
    has_units, is_gap : bool
    """

    words: tuple[str, ...]
    shape: Shape
    layer: int | None = None
    has_units: bool = False
    is_gap: bool = False


@dataclass(frozen=True)
class _Placed:
    """A column in its place: the units drawn, and where they lie; a block has its two sides."""

    column: _Column
    x: float
    units: tuple[int, ...] = ()
    heights: tuple[float, ...] = ()

    @property
    def foot(self) -> float:
        """The height of the lowest unit."""
        return min(self.heights, default=-_HEIGHT / 2)


def plot_network_diagram(
    network: Network,
    parameters: Parameters | None = None,
    *,
    input_names: Sequence[object] = (),
    output_names: Sequence[object] = (),
    biases: bool = False,
    title: str = _("Network"),
) -> "Figure":
    """Draw a network: a circle a unit, a line a weight, a block for every other layer.

    Of a layer of more than twelve units the first and the last five are drawn. Layers that change
    no shape and have no weights stand with the one before them.

    Parameters
    ----------
    network : Network
    parameters : Parameters, optional
        The weights: as wide a line as the weight is large beside the largest of its layer, solid
        and blue where it is positive, dashed and vermilion where it is negative. Without them all
        lines are alike.
    input_names, output_names : sequence, optional
        One for each input or output, drawn where all of them have a unit.
    biases : bool, default False
        Whether to draw each layer's biases, as the weights of a square that is always 1.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        Parameters of another network.
    ConfigurationError
        `biases` without parameters.

    Examples
    --------
    >>> import axone as ax
    >>> from axone.plots import plot_network_diagram
    >>> network = ax.Network(ax.Dense(3, "relu"), ax.Dense(1), input_shape=2)
    >>> figure = plot_network_diagram(network, network.initialize())
    >>> len(figure.axes[0].patches)
    6
    """
    if biases and parameters is None:
        raise ConfigurationError(_("Biases are drawn of a network with weights: give them too."))
    if parameters is not None:
        network.check_parameters(parameters)
    with house_style():
        figure = new_figure(title, (8.0, 5.0))
        axes = figure.subplots()
        bare(axes)
        axes.set_aspect("equal")
        columns = _folded(_columns(network))
        first = _shown_names(columns[0], input_names)
        last = _shown_names(columns[-1], output_names)
        placed = _place(columns, _room_for(first), _room_for(last))
        largest_foot = min(each.foot for each in placed) - (0.36 if biases else 0.0)
        for one, other in pairwise(placed):
            _link(axes, network, one, other, parameters, biases=biases)
        spacing = min(b.x - a.x for a, b in pairwise(placed))
        for each in placed:
            _draw_column(axes, each, largest_foot - 0.3, max(spacing, 0.55))
        _write_names(axes, placed[0], first, -1)
        _write_names(axes, placed[-1], last, 1)
        axes.set_xlim(0, _WIDTH)
        axes.set_ylim(largest_foot - 1.05, _HEIGHT / 2 + 0.2)
        notes = []
        if parameters is not None and _has_links(placed):
            figure.legend(handles=_key(), loc="outside upper right", ncols=2)
            notes.append(_("As wide as |weight| beside the largest of its layer."))
        if biases:
            notes.append(_("Squares are always 1: their weights are the biases."))
        notes.append(_n("{count:,} parameter.", "{count:,} parameters.", network.parameter_count))
        add_note(figure, *notes)
    return figure


def _columns(network: Network) -> list[_Column]:
    shape = network.input_shape
    name = network.input_name or str(_("input"))
    # Tokens are no amounts that a unit could hold.
    are_units = len(shape) == 1 and not network.takes_tokens
    found = [_Column((name,), shape, has_units=are_units)]
    for position, layer in enumerate(network.layers):
        words = network.layer_names[position] or layer_title(layer)
        before, shape = shape, network.shapes[position]
        weighted = any(slot.spec.penalised for slot in network.layout.by_layer[position])
        if position and not weighted and shape == before:
            found[-1] = replace(found[-1], words=(*found[-1].words, words))
            continue
        is_dense = isinstance(layer, Dense)
        found.append(_Column((words,), shape, position if is_dense else None, is_dense))
    return found


def _folded(columns: list[_Column]) -> list[_Column]:
    """Leave the middle of a deep network out."""
    if len(columns) <= _MOST_COLUMNS:
        return columns
    half = (_MOST_COLUMNS - 1) // 2
    left_out = len(columns) - 2 * half
    gap = _Column(
        (str(_n("… {count} more layer", "… {count} more layers", left_out)),), (), is_gap=True
    )
    return [*columns[:half], gap, *columns[-half:]]


def _place(columns: Sequence[_Column], left: float, right: float) -> list[_Placed]:
    """Lay columns out from left to right: units need more room beside them than blocks."""
    needs = [1.0 if column.has_units else 0.62 for column in columns]
    gaps = [(a + b) / 2 for a, b in pairwise(needs)]
    scale = (_WIDTH - left - right) / sum(gaps) if gaps else 0.0
    x = left + scale * np.concatenate([[0.0], np.cumsum(gaps)])
    return [_at(column, float(place)) for column, place in zip(columns, x, strict=True)]


def _at(column: _Column, x: float) -> _Placed:
    if not column.has_units:
        return _Placed(column, x)
    units = column.shape[0]
    shown = list(range(units))
    slots = units
    if units > _MOST_UNITS:
        # One slot in the middle says how many are left out.
        shown, slots = [*range(5), *range(units - 5, units)], 11
    step = min(0.45, _HEIGHT / max(slots - 1, 1))
    heights = [step * ((slots - 1) / 2 - slot) for slot in range(slots)]
    if units > _MOST_UNITS:
        del heights[5]
    return _Placed(column, x, tuple(shown), tuple(heights))


def _shown_names(column: _Column, names: Sequence[object]) -> list[str]:
    fits = column.has_units and len(names) == column.shape[0] <= _MOST_UNITS
    return [shorten(name, 20) for name in names] if fits else []


def _room_for(names: Sequence[str]) -> float:
    """Return how far from the edge a column stands whose units have these names."""
    return _MARGIN + max(map(len, names), default=0) / _CHARACTERS


def _link(
    axes: "Axes",
    network: Network,
    one: _Placed,
    other: _Placed,
    parameters: Parameters | None,
    *,
    biases: bool,
) -> None:
    """Draw what leads from one column to the next."""
    if not other.units or not one.units or other.column.layer is None:
        _arrow(axes, one, other)
        return
    own: dict[str, FloatArray] = {}
    if parameters is not None:
        own = parameters.by_layer[other.column.layer]
    starts = [(one.x, height) for height in one.heights]
    ends = [(other.x, height) for height in other.heights]
    if "weight" not in own:
        _draw_links(axes, starts, ends, None, 1.0)
        return
    weight = own["weight"][np.ix_(other.units, one.units)].T
    bias = own.get("bias")
    largest = float(np.abs(own["weight"]).max())
    if biases and bias is not None:
        largest = max(largest, float(np.abs(bias).max()))
    _draw_links(axes, starts, ends, weight, largest)
    if biases and bias is not None:
        from matplotlib.patches import Rectangle

        height = one.foot - 0.36
        _draw_links(axes, [(one.x, height)], ends, bias[None, list(other.units)], largest)
        corner = (one.x - _RADIUS, height - _RADIUS)
        axes.add_patch(
            Rectangle(
                corner,
                2 * _RADIUS,
                2 * _RADIUS,
                facecolor=theme().pale,
                edgecolor=theme().ink,
                linewidth=1.0,
                zorder=4,
            )
        )
        axes.text(one.x, height, "1", ha="center", va="center", fontsize=SMALL, zorder=5)


def _draw_links(
    axes: "Axes",
    starts: Sequence[tuple[float, float]],
    ends: Sequence[tuple[float, float]],
    weight: FloatArray | None,
    largest: float,
) -> None:
    """Draw a line from each start to each end, by its weight (starts, ends) if that is known."""
    from matplotlib.collections import LineCollection

    lines = np.array([[start, end] for start in starts for end in ends])
    if weight is None:
        axes.add_collection(
            LineCollection(list(lines), colors=[theme().muted], linewidths=0.6, zorder=2)
        )
        return
    size = np.nan_to_num(weight.astype(np.float64)).ravel()
    widths = _THINNEST + (_WIDEST - _THINNEST) * np.abs(size) / (largest or 1.0)
    for which, color, dashes in (
        (size >= 0, theme().blue, "-"),
        (size < 0, theme().vermilion, _NEGATIVE),
    ):
        if not which.any():
            continue
        axes.add_collection(
            LineCollection(
                list(lines[which]),
                colors=[color],
                linewidths=widths[which].tolist(),
                linestyles=[dashes],
                alpha=0.85,
                zorder=2,
            )
        )


def _arrow(axes: "Axes", one: _Placed, other: _Placed) -> None:
    """Lead from a block to the next, or to a column of units."""
    start = one.x + (_RADIUS if one.units else _BLOCK / 2)
    end = other.x - (_RADIUS if other.units else _BLOCK / 2)
    if other.units or one.units:
        # From or to a block: a fan, of which a single line stands for many weights.
        fan, tip = (other, (start, 0.0)) if other.units else (one, (end, 0.0))
        ends = [(fan.x, height) for height in fan.heights]
        _draw_links(axes, [tip], ends, None, 1.0)
        return
    axes.annotate(
        "",
        (end, 0.0),
        (start, 0.0),
        arrowprops={"arrowstyle": "->", "color": theme().muted, "shrinkA": 1, "shrinkB": 1},
    )


def _draw_column(axes: "Axes", placed: _Placed, foot: float, room: float) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch

    column = placed.column
    if column.has_units:
        for height in placed.heights:
            axes.add_patch(
                Circle(
                    (placed.x, height),
                    _RADIUS,
                    facecolor=theme().paper,
                    edgecolor=theme().ink,
                    linewidth=1.2,
                    zorder=4,
                )
            )
        left_out = column.shape[0] - len(placed.units)
        if left_out:
            axes.text(
                placed.x,
                0.0,
                f"… {left_out:,} …",
                ha="center",
                va="center",
                fontsize=SMALL,
                zorder=5,
                path_effects=outlined(),
            )
        _write_title(axes, placed, foot, room)
        return
    words = " · ".join(column.words)
    if column.is_gap:
        axes.text(placed.x, 0.0, words, ha="center", va="center", rotation=90, color=theme().muted)
        return
    height = _HEIGHT
    axes.add_patch(
        FancyBboxPatch(
            (placed.x - _BLOCK / 2, -height / 2),
            _BLOCK,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=theme().pale,
            edgecolor=theme().muted,
            linewidth=1.0,
            zorder=3,
        )
    )
    shape = " × ".join(map(str, column.shape))
    most = int(height * _CHARACTERS) - len(shape) - 3
    axes.text(
        placed.x,
        0.0,
        f"{shorten(words, most)}   {shape}",
        ha="center",
        va="center",
        rotation=90,
        fontsize=SMALL,
        zorder=5,
    )


def _write_title(axes: "Axes", placed: _Placed, foot: float, room: float) -> None:
    """Write below a column of units what it is, and how many units it has."""
    most = max(5, int(room * _CHARACTERS) - 1)
    lines = [f"{placed.column.shape[0]:,}"]
    for words in placed.column.words:
        lines += textwrap.wrap(shorten(words, 3 * most), most, break_long_words=False)
    if len(lines) > 5:
        lines = [*lines[:4], "…"]
    axes.text(
        placed.x, foot, "\n".join(lines), ha="center", va="top", fontsize=SMALL, linespacing=1.15
    )


def _write_names(axes: "Axes", placed: _Placed, names: Sequence[str], side: int) -> None:
    for name, height in zip(names, placed.heights, strict=False):
        axes.text(
            placed.x + side * (_RADIUS + 0.07),
            height,
            name,
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=SMALL,
            zorder=5,
        )


def _has_links(placed: Sequence[_Placed]) -> bool:
    return any(a.units and b.units for a, b in pairwise(placed))


def _key() -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=theme().blue, label=str(_("weight > 0"))),
        Line2D([], [], color=theme().vermilion, linestyle=_NEGATIVE, label=str(_("weight < 0"))),
    ]
