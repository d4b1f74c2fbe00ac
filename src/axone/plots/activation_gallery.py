"""Activations and their derivatives side by side, with what saturates shaded."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction, of_cells, written
from axone.arrays import FloatArray
from axone.checks import check_number
from axone.errors import ConfigurationError
from axone.messages import _, shorten
from axone.plots.style import SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 801

_FLAT = 0.05
"""Of a derivative: 1 is that of the identity, and three layers of 0.05 leave 1e-4 of a gradient."""

_MOST = 24

_LONGEST = 26
"""Characters of a name above its panel."""


def plot_activations(
    activations: Sequence[ActivationFunction | str | dict[str, Any]] | None = None,
    *,
    reach: float = 4.0,
) -> "Figure":
    """Draw σ(z) and σ′(z) of several activations, each in a panel of its own.

    Where |σ′(z)| is below 0.05 the ground is shaded: a unit there is saturated, or dead, and what
    lies before it hardly learns.

    Parameters
    ----------
    activations : sequence of str, mapping or ActivationFunction, optional
        Names, or formulas such as ``"z * sigmoid(1.5*z)"``. Default: every one
        whose cells do not depend on one another.
    reach : float, default 4
        z goes from −reach to reach.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError
        There is none, or more than 24, or one that is no activation of single cells.

    Examples
    --------
    >>> from axone.plots import plot_activations
    >>> figure = plot_activations(["relu", "gelu"])
    >>> [axes.get_title("left") for axes in figure.axes]
    ['relu(z)', 'gelu(z)']
    """
    check_number("reach", reach, above=0, at_most=1e6)
    chosen = _of_single_cells() if activations is None else list(activations)
    if not 1 <= len(chosen) <= _MOST:
        raise ConfigurationError(
            _("{found} activations: give 1 to {most}.", found=len(chosen), most=_MOST)
        )
    functions = [of_cells(each) for each in chosen]
    z = np.linspace(-reach, reach, _POINTS)[:, None]
    columns = min(4, len(functions))
    rows = -(-len(functions) // columns)
    with house_style():
        figure = new_figure(
            _("Activations σ(z) and their derivatives σ′(z)"),
            (max(2.1 * columns, 7.0), 1.9 * rows + 1),
        )
        panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
        for axes, function in zip(panels, functions, strict=False):
            value = function.value(z)
            _draw(axes, z[:, 0], value[:, 0], function.derivative(z, value)[:, 0])
            axes.set_title(shorten(written(function), _LONGEST), fontsize=SMALL + 1)
        for axes in panels[len(functions) :]:
            axes.set_axis_off()
        lines = panels[0].get_lines()[-2:]
        figure.legend(lines, ["σ(z)", "σ′(z)"], loc="outside upper right", ncols=2)
        add_note(
            figure, _("Shaded: |σ′(z)| < {flat:g}, where hardly anything is learnt.", flat=_FLAT)
        )
    return figure


def _of_single_cells() -> list[str]:
    """Return the names of the activations that can be drawn as a curve."""
    found: dict[type, str] = {}
    for name in ACTIVATIONS.names:
        try:
            function = of_cells(name)
        except ConfigurationError:
            continue
        # Some have several names: the one that it is written by is shown.
        found.setdefault(type(function), ACTIVATIONS.name_of(function) or name)
    return list(found.values())


def _draw(axes: "Axes", z: FloatArray, value: FloatArray, slope: FloatArray) -> None:
    finite = np.where(np.isfinite(value), value, np.nan)
    for draw in (axes.axhline, axes.axvline):
        draw(0, color=theme().muted, linewidth=0.7, zorder=1)
    axes.fill_between(
        z,
        0,
        1,
        where=np.abs(slope) < _FLAT,
        transform=axes.get_xaxis_transform(),
        color=theme().grid,
        alpha=0.6,
        linewidth=0,
        zorder=0,
    )
    axes.plot(z, finite, color=theme().blue)
    axes.plot(z, slope, color=theme().orange, linestyle="--")
    dress(axes, grid=False)
