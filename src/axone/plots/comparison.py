"""Libraries side by side: their losses, how far their weights lie apart, and their times.

Curves that lie on each other must all be seen: the first is drawn broad and pale, the others over
it, thin, broken and with marks of their own.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, formatted, listed
from axone.plots.epochs import count_epochs, scale_losses
from axone.plots.style import SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (8.0, 6.4)

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "blue", "linewidth": 6.0, "alpha": 0.35, "linestyle": "-", "marker": ""},
    {"color": "vermilion", "linewidth": 1.4, "linestyle": "--", "marker": "s"},
    {"color": "orange", "linewidth": 1.4, "linestyle": ":", "marker": "x"},
)
"""Of the first library, the second, and the third."""

_MARKS = 12
"""About so many marks a curve: more would hide what they mark."""


def plot_comparison(
    losses: Mapping[str, Sequence[float]],
    differences: Mapping[str, Sequence[float]],
    seconds: Mapping[str, float],
    *,
    validation_losses: Mapping[str, Sequence[float]] | None = None,
    title: str = _("The same steps"),
    note: str = "",
) -> "Figure":
    """Draw what libraries that make the same steps found, and how long they took.

    Parameters
    ----------
    losses : mapping of str to sequence of float, shape (n_epochs,)
        Training loss of each library, by its name; the first is the one that the others are
        compared with. At most three.
    differences : mapping of str to sequence of float, shape (n_epochs,)
        Largest |difference| of a weight from the first library's, of each other library.
    seconds : mapping of str to float
        Of an epoch, by library.
    validation_losses : mapping of str to sequence of float, optional
        As `losses`; a panel of their own.
    title, note : str
        Above and below the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 6.4 inches.

    Raises
    ------
    DataError
        There is no library, no epoch, or more libraries than can be told apart.
    ShapeError
        Curves of different lengths.
    """
    epochs = _epochs(losses, differences, validation_losses or {})
    right = "validation" if validation_losses else "losses"
    with house_style():
        figure = new_figure(title, _SIZE)
        panels = figure.subplot_mosaic([["losses", right], ["differences", "seconds"]])
        names = list(losses)
        _draw_losses(panels["losses"], epochs, losses, names)
        panels["losses"].set_ylabel(_("training loss"))
        if validation_losses:
            _draw_losses(panels["validation"], epochs, validation_losses, names)
            panels["validation"].set_ylabel(_("validation loss"))
        _draw_differences(panels["differences"], epochs, differences, names)
        _draw_seconds(panels["seconds"], seconds)
        # Above the axes, where no curve can run through it.
        panels["losses"].legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3,
            handlelength=2.6,
            columnspacing=1.2,
            borderaxespad=0.2,
        )
        if note:
            add_note(figure, note)
    return figure


def _epochs(*families: Mapping[str, Sequence[float]]) -> FloatArray:
    """Return the epochs 1, 2, …, of which every curve must have all."""
    losses = families[0]
    count = len(next(iter(losses.values()), ()))
    if not 1 <= len(losses) <= len(_LOOKS) or count == 0:
        raise DataError(
            _(
                "a comparison is drawn of 1 to {most} libraries and at least one epoch; found "
                "{found} libraries ({names}), {count} epochs.",
                most=len(_LOOKS),
                found=len(losses),
                names=listed(losses) or _("none"),
                count=count,
            )
        )
    for family in families:
        for name, values in family.items():
            if len(values) != count:
                raise ShapeError(
                    _(
                        "{name} has {epochs} epochs, {first} {count}.",
                        name=name,
                        epochs=len(values),
                        first=next(iter(losses)),
                        count=count,
                    )
                )
    return np.arange(1.0, count + 1.0)


def _draw_losses(
    axes: "Axes", epochs: FloatArray, losses: Mapping[str, Sequence[float]], names: list[str]
) -> None:
    dress(axes)
    for name, values in losses.items():
        _draw_curve(axes, epochs, np.asarray(values), name, names)
    count_epochs(axes, epochs)
    everything = np.concatenate([np.asarray(values) for values in losses.values()])
    scale_losses(axes, everything)
    _widen_flat(axes, everything)


def _widen_flat(axes: "Axes", losses: FloatArray) -> None:
    """Show losses that differ by rounding alone as one height, not as a landscape of rounding."""
    finite = losses[np.isfinite(losses)]
    middle = float(np.abs(finite).max()) if finite.size else 0.0
    if finite.size and np.ptp(finite) < 1e-6 * middle:
        axes.set_ylim(finite.mean() - 0.05 * middle, finite.mean() + 0.05 * middle)


def _draw_curve(
    axes: "Axes", epochs: FloatArray, values: FloatArray, name: str, names: list[str]
) -> None:
    number = names.index(name)
    look = {**_LOOKS[number], "color": theme().named(_LOOKS[number]["color"])}
    size = 6.0 - number
    if len(epochs) == 1 and not look["marker"]:
        look["marker"], size = "o", 14.0  # around the marks of the others
    every = max(1, len(epochs) // _MARKS)
    # Each curve's marks begin elsewhere, so that they do not fall on each other.
    offset = (number * every // len(_LOOKS)) if len(epochs) > _MARKS else 0
    axes.plot(
        epochs,
        np.where(np.isfinite(values), values, np.nan),
        label=name,
        markevery=(offset, every),
        markersize=size,
        markerfacecolor="none",
        **look,
    )


def _draw_differences(
    axes: "Axes", epochs: FloatArray, differences: Mapping[str, Sequence[float]], names: list[str]
) -> None:
    dress(axes)
    drawn = False
    for name, values in differences.items():
        sizes = np.asarray(values, dtype=np.float64)
        # No difference at all has no place on a logarithmic axis.
        sizes = np.where(np.isfinite(sizes) & (sizes > 0), sizes, np.nan)
        drawn = drawn or bool(np.isfinite(sizes).any())
        _draw_curve(axes, epochs, sizes, name, names)
    count_epochs(axes, epochs)
    axes.set_ylabel(_("largest weight difference\nfrom {name}", name=names[0]))
    if drawn:
        axes.set_yscale("log")
        _widen(axes)
    else:
        axes.set_yticks([])
        axes.text(
            0.5,
            0.5,
            _("none in any epoch"),
            ha="center",
            color=theme().muted,
            transform=axes.transAxes,
        )


def _widen(axes: "Axes") -> None:
    """Give a logarithmic axis three decades at least: rounding noise must not look like a trend."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = np.log10(axes.get_ylim())
    middle, half = (low + high) / 2, max((high - low) / 2, 1.5)
    axes.set_ylim(10.0 ** (middle - half), 10.0 ** (middle + half))
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_seconds(axes: "Axes", seconds: Mapping[str, float]) -> None:
    dress(axes, grid=False)
    names, values = list(seconds), np.asarray(list(seconds.values())) * 1e3
    colors = [theme().named(_LOOKS[number]["color"]) for number in range(len(names))]
    bars = axes.barh(names, values, color=colors, height=0.6)
    labels = [f" {duration(value / 1e3)}" for value in values.tolist()]
    labels[1:] = [
        f"{label}  (×{formatted(value / values[0], '.3g')})"
        for label, value in zip(labels[1:], values[1:].tolist(), strict=True)
    ]
    axes.bar_label(bars, labels, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    # The figures stand to the right of the bars.
    axes.set_xlim(0, 1.55 * values.max())
    axes.set_xlabel(_("milliseconds an epoch"))


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it: 0.31 ms, 42 ms, 1.7 s."""
    if seconds >= 1:
        return f"{formatted(seconds, '.3g')} s"
    if seconds >= 1e-3:
        return f"{formatted(seconds * 1e3, '.3g')} ms"
    return f"{formatted(seconds * 1e6, '.3g')} µs"
