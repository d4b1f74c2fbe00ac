"""Rows beside what an autoencoder gives back of them: what its code holds, and what it loses."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.checks import check_choice
from axone.errors import DataError, ShapeError
from axone.messages import _, shorten
from axone.plots.images import as_images, draw_image, grey_levels, tallness
from axone.plots.style import SIZE, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_RECONSTRUCTIONS = 10

_PANELS = 6
"""Rows that are drawn as lines: more would be too small."""

_NAMED = 15
"""Features that have room for their names."""

KINDS = ("images", "signals", "sequences", "features")


def plot_reconstructions(
    inputs: ArrayLike,
    outputs: ArrayLike,
    errors: ArrayLike | None = None,
    *,
    kind: str = "features",
    feature_names: Sequence[str] = (),
    title: str = _("Given back"),
) -> "Figure":
    """Draw rows and their reconstructions: images below each other, everything else as lines.

    Parameters
    ----------
    inputs, outputs : array of shape (m, …)
        Rows as the network takes them, and as it gives them back. Of images the first 10 are drawn,
        of other rows the first 6.
    errors : array of shape (m,), optional
        Written above each.
    kind : {"images", "signals", "sequences", "features"}, default "features"
        What an example is. Of signals and sequences the first channel or feature is drawn.
    feature_names : sequence of str, optional
        Of features; written where there are at most 15.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        The two are not of one shape.
    DataError
        There is no row.
    """
    check_choice("kind", kind, KINDS)
    given, back = np.asarray(inputs), np.asarray(outputs)
    if given.shape != back.shape:
        raise ShapeError(
            _(
                "inputs have shape {inputs} and outputs {outputs}: they must be alike.",
                inputs=given.shape,
                outputs=back.shape,
            )
        )
    if not len(given):
        raise DataError(_("There is no row to draw."))
    found = [] if errors is None else np.asarray(errors).tolist()
    captions = [str(_("error {error:.3g}", error=each)) for each in found] or [""] * len(given)
    with house_style():
        if kind == "images":
            return _images(given, back, captions, title)
        return _lines(_one_axis(given, kind), _one_axis(back, kind), captions, feature_names, title)


def _images(given: FloatArray, back: FloatArray, captions: Sequence[str], title: str) -> "Figure":
    above, below = as_images(given)[:MOST_RECONSTRUCTIONS], as_images(back)[:MOST_RECONSTRUCTIONS]
    columns = len(above)
    cell = min(SIZE[0] / columns, 1.6)
    size = (SIZE[0], 2 * (cell - 0.1) * tallness(above) + 1.3)
    figure = new_figure(title, size)
    panels = figure.subplots(2, columns, squeeze=False)
    levels = grey_levels(above)
    for column in range(columns):
        draw_image(panels[0, column], above[column], levels, captions[column].replace(" ", "\n", 1))
        draw_image(panels[1, column], below[column], levels, "")
    add_note(figure, _("Above what the network was given, below what it gave back."))
    return figure


def _one_axis(rows: FloatArray, kind: str) -> FloatArray:
    """Return rows as (m, n): of signals their first channel, of sequences their first feature."""
    if kind == "signals":
        return rows[:, 0]
    return rows[:, :, 0] if kind == "sequences" else rows.reshape(len(rows), -1)


def _lines(
    given: FloatArray,
    back: FloatArray,
    captions: Sequence[str],
    names: Sequence[str],
    title: str,
) -> "Figure":
    shown = min(len(given), _PANELS)
    columns = min(shown, 2)
    rows = math.ceil(shown / columns)
    is_named = len(names) == given.shape[1] <= _NAMED
    figure = new_figure(title, (SIZE[0], 1.5 * rows + (1.6 if is_named else 0.9)))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, row, its_back, caption in zip(panels, given, back, captions, strict=False):
        _draw_lines(axes, row, its_back, caption)
    for axes in panels[shown:]:
        axes.set_axis_off()
    if is_named:
        for axes in panels[:shown][-columns:]:
            words = [shorten(name, 18) for name in names]
            axes.set_xticks(range(len(names)), words, rotation=60, ha="right", fontsize=SMALL)
    panels[0].legend(loc="best")
    add_note(figure, _("Scaled as the network takes them."))
    return figure


def _draw_lines(axes: "Axes", given: FloatArray, back: FloatArray, caption: str) -> None:
    dress(axes)
    marker = "o" if len(given) <= _NAMED else ""
    axes.plot(given, color=theme().blue, marker=marker, markersize=4, label=_("given"))
    axes.plot(
        back,
        color=theme().orange,
        marker=marker,
        markersize=4,
        linewidth=1.2,
        label=_("given back"),
    )
    axes.set_title(caption, fontsize=SMALL, color=theme().muted)
