"""The weights of a first dense layer: images of what its units look for, or bars by column."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, Shape
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, shorten
from axone.plots.style import (
    SIZE,
    SMALL,
    add_note,
    bare,
    color_map,
    dress,
    house_style,
    new_figure,
    theme,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_IMAGES, _ACROSS_IMAGES = 40, 8
_MOST_UNITS, _ACROSS_UNITS = 12, 4
_MOST_HIGH_UNITS, _HIGH = 8, 10
"""Units drawn where the bars of each are more than so many."""

_MOST_COLUMNS = 20


def plot_first_weights(
    weight: ArrayLike,
    *,
    image_shape: Shape | None = None,
    column_names: Sequence[object] = (),
    title: str = _("Weights of the first layer"),
) -> "Figure":
    """Draw the weights of each unit, as an image where the input is one, else as bars by column.

    All units share one scale, in which 0 is in the middle. Of more units than have room those are
    drawn whose weights are largest together, ‖w‖; so are the columns of bars.

    Parameters
    ----------
    weight : array of shape (units, inputs)
        Of a `Dense` layer: ``parameters["0.weight"]``.
    image_shape : (h, w), (1, h, w) or (c, h, w), optional
        Of the input. Of several channels the images stand below one another.
    column_names : sequence of str, optional
        Of bars, one for each input; x1, x2, … if left out.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The weights are no matrix, do not fill such an image, or there is not a name for each
        column.
    DataError
        They are not finite.

    Examples
    --------
    >>> import axone as ax
    >>> from axone.plots import plot_first_weights
    >>> network = ax.Network(ax.Dense(3, "relu"), ax.Dense(1), input_shape=2)
    >>> parameters = network.initialize()
    >>> figure = plot_first_weights(parameters["0.weight"], column_names=["age", "income"])
    >>> [axes.get_title("left") for axes in figure.axes]
    ['0', '1', '2']
    """
    table = np.asarray(weight, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise ShapeError(_("weight has shape {shape}; give (units, inputs).", shape=table.shape))
    if not np.isfinite(table).all():
        raise DataError(_("weights must be finite: has the training diverged?"))
    if image_shape is not None and (
        len(image_shape) not in (2, 3) or math.prod(image_shape) != table.shape[1]
    ):
        raise ShapeError(
            _(
                "{inputs} inputs are no image of shape {shape}.",
                inputs=table.shape[1],
                shape=tuple(image_shape),
            )
        )
    names = [shorten(name, 24) for name in column_names]
    names = names or [f"x{number + 1}" for number in range(table.shape[1])]
    if len(names) != table.shape[1]:
        raise ShapeError(
            _(
                "{names} column names for {inputs} inputs: give one for each.",
                names=len(names),
                inputs=table.shape[1],
            )
        )
    with house_style():
        if image_shape is not None:
            return _images(table, tuple(image_shape), title)
        return _bars(table, names, title)


def _largest(table: FloatArray, most: int) -> list[int]:
    """Return the rows that are largest, in their order."""
    size = np.linalg.norm(table, axis=1)
    found: list[int] = np.sort(np.argsort(-size, kind="stable")[:most]).tolist()
    return found


def _images(table: FloatArray, shape: Shape, title: str) -> "Figure":
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    shown = _largest(table, _MOST_IMAGES)
    across = min(_ACROSS_IMAGES, len(shown))
    rows = math.ceil(len(shown) / across)
    # Channels stand below one another.
    pictures = table[shown].reshape(len(shown), -1, shape[-1])
    tall = pictures.shape[1] / pictures.shape[2]
    cell = min((SIZE[0] - 1.2) / across, 1.6)
    figure = new_figure(title, (SIZE[0], rows * (cell * min(tall, 3.0) + 0.28) + 0.9))
    panels = figure.subplots(rows, across, squeeze=False)
    largest = float(np.abs(table).max()) or 1.0
    colors = color_map(theme().diverging)
    for number, axes in enumerate(panels.ravel()):
        if number >= len(shown):
            axes.set_axis_off()
            continue
        picture = pictures[number]
        axes.imshow(picture, cmap=colors, vmin=-largest, vmax=largest, interpolation="nearest")
        axes.set_title(str(shown[number]), fontsize=SMALL, pad=2.0)
        bare(axes)
        height, width = picture.shape
        # The ground's colour ends somewhere too.
        axes.add_patch(
            Rectangle(
                (-0.5, -0.5),
                width,
                height,
                fill=False,
                edgecolor=theme().muted,
                linewidth=0.6,
                clip_on=False,
            )
        )
    scale = ScalarMappable(Normalize(-largest, largest), colors)
    bar = figure.colorbar(scale, ax=panels.ravel().tolist(), shrink=0.7, aspect=20)
    bar.set_label(_("weight"))
    bar.outline.set_visible(False)
    dress(bar.ax, grid=False)
    add_note(
        figure,
        _("Above each the number of its unit; warm is positive, blue negative."),
        _left_out(len(shown), len(table)),
    )
    return figure


def _bars(table: FloatArray, names: Sequence[str], title: str) -> "Figure":
    columns = _largest(table.T, _MOST_COLUMNS)
    shown = _largest(table, _MOST_UNITS if len(columns) <= _HIGH else _MOST_HIGH_UNITS)
    across = min(_ACROSS_UNITS, len(shown))
    rows = math.ceil(len(shown) / across)
    height = max(0.9, 0.19 * len(columns)) + 0.25
    figure = new_figure(title, (SIZE[0], rows * height + 1.1))
    panels = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
    places = np.arange(len(columns))
    for number, axes in enumerate(panels.ravel()):
        if number >= len(shown):
            axes.set_axis_off()
            continue
        own = table[shown[number], columns]
        dress(axes)
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=theme().muted, linewidth=0.8)
        # Which side of 0 a bar lies on tells its sign without the colour.
        axes.barh(
            places,
            own,
            height=0.7,
            color=[theme().vermilion if value > 0 else theme().blue for value in own],
        )
        axes.set_title(str(shown[number]), fontsize=SMALL + 1, pad=2.0)
    first = panels[0, 0]
    first.set_yticks(places, [names[column] for column in columns])
    first.set_ylim(len(columns) - 0.5, -0.5)
    first.locator_params(axis="x", nbins=3)
    kept = (
        _(
            "The {shown} of {columns} columns with the largest weights.",
            shown=len(columns),
            columns=len(names),
        )
        if len(columns) < len(names)
        else ""
    )
    add_note(
        figure,
        _("Weight of each column; above each panel the number of its unit."),
        _left_out(len(shown), len(table)),
        kept,
    )
    return figure


def _left_out(shown: int, units: int) -> Message | str:
    if shown == units:
        return ""
    return _("The {shown} of {units} units with the largest weights.", shown=shown, units=units)
