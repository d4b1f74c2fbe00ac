"""What the layers of a network make of one example: an image's maps, a signal's channels."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.messages import _, _n, shorten
from axone.plots.images import as_images, draw_image, grey_levels
from axone.plots.signals import Strips, as_signals, caption, draw_signal, first_channels
from axone.plots.style import SIZE, add_note, bare, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LAYERS = 6
MOST_MAPS = 8
"""Channels of a layer of images that are drawn; of signals there is room for twice as many."""

_COLORS = "cividis"
"""Ever lighter, to every eye and in print."""


def plot_feature_maps(
    example: ArrayLike,
    maps: Mapping[str, ArrayLike],
    *,
    title: str = _("Feature maps of an example"),
) -> "Figure":
    """Draw an example and what each layer answered at every position of it.

    Parameters
    ----------
    example : array of shape (h, w), (1, h, w), (3, h, w) or (channels, length)
        An image if the maps are of images, else a signal.
    maps : mapping of str to array of shape (channels, h, w) or (channels, length)
        By the layers' names, in their order, as `axone.feature_maps` gives them; NaN where nothing
        is. Of more than six layers some are left out, evenly; of each those channels are drawn
        that vary most, 8 of images, 16 of signals.
    title : str, default "Feature maps of an example"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the layers need. Each map runs from its least to its largest
        number.

    Raises
    ------
    ShapeError
        Maps of other shapes, or an example that is not as they are.
    DataError
        There is no map, no number in the example, or something that is no number.
    """
    layers = {label: _checked(label, values) for label, values in maps.items()}
    if not layers:
        raise DataError(_("there is no feature map: there is nothing to draw."))
    axes_of_maps = {values.ndim for values in layers.values()}
    if len(axes_of_maps) > 1:
        raise ShapeError(_("feature maps are either all of images or all of signals."))
    places = np.unique(np.linspace(0, len(layers) - 1, min(len(layers), MOST_LAYERS)).round())
    names = [list(layers)[int(place)] for place in places]
    drawn = {name: layers[name] for name in names}
    notes = [_("Each map from its least (dark) to its largest number (light).")]
    if any(len(values) > _room(values) for values in drawn.values()):
        notes.append(_("Of each layer the channels that vary most."))
    if len(drawn) < len(layers):
        notes.append(
            _("{shown} of {layers} layers are drawn.", shown=len(drawn), layers=len(layers))
        )
    with house_style():
        draw = _draw_images if axes_of_maps == {3} else _draw_signals
        figure = draw(np.asarray(example), drawn, title)
        add_note(figure, *notes)
    return figure


def _checked(label: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise DataError(_("feature maps hold {dtype}, not numbers.", dtype=array.dtype))
    if array.ndim not in {2, 3} or array.size == 0:
        raise ShapeError(
            _(
                "the feature maps of {layer} have shape {shape}; allowed are "
                "(channels, height, width) and (channels, length).",
                layer=label,
                shape=array.shape,
            )
        )
    return array.astype(np.float64)


def _room(maps: FloatArray) -> int:
    return MOST_MAPS if maps.ndim == 3 else 2 * MOST_MAPS


def _most_varied(maps: FloatArray) -> IntArray:
    """Return the channels that vary most over the positions, in their order."""
    numbers = np.where(np.isfinite(maps), maps, 0.0).reshape(len(maps), -1)
    return np.sort(np.argsort(-numbers.std(axis=1), kind="stable")[: _room(maps)])


def _stretched(values: FloatArray) -> FloatArray:
    """Bring numbers to 0 … 1; what is constant to 0."""
    finite = values[np.isfinite(values)]
    if finite.size == 0 or finite.max() == finite.min():
        return np.where(np.isfinite(values), 0.0, np.nan)
    return (values - finite.min()) / (finite.max() - finite.min())


def _name(axes: "Axes", label: str, maps: FloatArray, shown: int) -> None:
    """Write above a map which layer's it is."""
    layer = shorten(label, 60)
    words = (
        _n(
            "{layer}: {count} channel, {height} × {width}",
            "{layer}: {shown} of {count} channels, {height} × {width}",
            len(maps),
            layer=layer,
            shown=shown,
            height=maps.shape[1],
            width=maps.shape[2],
        )
        if maps.ndim == 3
        else _n(
            "{layer}: {count} channel, {length} positions",
            "{layer}: {shown} of {count} channels, {length} positions",
            len(maps),
            layer=layer,
            shown=shown,
            length=maps.shape[1],
        )
    )
    caption(axes, words)


def _draw_images(example: FloatArray, maps: Mapping[str, FloatArray], title: str) -> "Figure":
    picture = as_images(example[None])
    rows, cell = len(maps), (SIZE[0] - 1.8) / MOST_MAPS
    tall = max(min(values.shape[1] / values.shape[2], 2.0) for values in maps.values())
    figure = new_figure(title, (SIZE[0], rows * (cell * tall + 0.3) + 0.9))
    grid = figure.add_gridspec(rows, MOST_MAPS + 1, width_ratios=[1.9, *[1.0] * MOST_MAPS])
    first = figure.add_subplot(grid[: min(2, rows), 0])
    draw_image(first, picture[0], grey_levels(picture), _("the example"), loc="left")
    first.set_anchor("NW")
    for row, (label, values) in enumerate(maps.items()):
        shown = _most_varied(values)
        # The words are longer than a map is broad: they stand above the whole row.
        above = figure.add_subplot(grid[row, 1:])
        above.set_axis_off()
        _name(above, label, values, len(shown))
        for column, k in enumerate(shown):
            axes = figure.add_subplot(grid[row, column + 1])
            _heat(axes, _stretched(values[k]), aspect="equal")
            bare(axes)
            axes.set_anchor("NW")
    return figure


def _draw_signals(example: FloatArray, maps: Mapping[str, FloatArray], title: str) -> "Figure":
    signal = as_signals(example[None])[0]
    strips = Strips.of(signal[None], (), first_channels(signal[None]))
    heights = [strips.inches, *(max(0.5, 0.09 * min(len(v), _room(v))) for v in maps.values())]
    figure = new_figure(title, (SIZE[0], sum(heights) + 0.36 * len(heights) + 1.0))
    panels = figure.subplots(len(heights), 1, height_ratios=heights)
    draw_signal(panels[0], strips, signal, theme().blue)
    strips.dress(panels[0], named=True)
    caption(panels[0], _("the example"))
    for axes, (label, values) in zip(panels[1:], maps.items(), strict=True):
        shown = _most_varied(values)
        rows = np.stack([_stretched(values[k]) for k in shown])
        # Whatever the layers' strides, the same place of the signal is below the same place.
        _heat(axes, rows, aspect="auto", extent=(0.0, float(signal.shape[1]), len(rows), 0.0))
        bare(axes)
        _name(axes, label, values, len(shown))
    panels[0].set_xlim(-0.5, signal.shape[1] - 0.5)
    dress(panels[-1], grid=False)
    panels[-1].set_xlabel(_("position"))
    _count_positions(panels[-1], signal.shape[1])
    return figure


def _count_positions(axes: "Axes", length: int) -> None:
    """Number the positions of the example below the last map."""
    step = 10.0 ** math.floor(math.log10(max(length, 2) / 2))
    step *= 2 if length / step > 10 else 1
    ticks = np.arange(0, length, max(step, 1.0))
    axes.set_xticks(ticks + 0.5, [f"{tick:.0f}" for tick in ticks])
    axes.tick_params(axis="x", length=3)


def _heat(
    axes: "Axes",
    cells: FloatArray,
    *,
    aspect: str,
    extent: tuple[float, float, float, float] | None = None,
) -> None:
    import matplotlib as mpl

    colors = mpl.colormaps[_COLORS].with_extremes(bad=theme().paper)
    axes.imshow(
        cells,
        cmap=colors,
        vmin=0.0,
        vmax=1.0,
        aspect=aspect,  # type: ignore[arg-type]
        extent=extent,
        interpolation="nearest",
    )
