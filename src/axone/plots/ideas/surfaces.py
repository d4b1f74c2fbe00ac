"""Surfaces over two numbers: axes of three dimensions in the colours of the theme."""

from typing import TYPE_CHECKING, Any

from axone.arrays import FloatArray
from axone.plots.style import SMALL, color_map, dress, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mpl_toolkits.mplot3d.axes3d import Axes3D


def add_surface_axes(
    figure: "Figure",
    place: tuple[int, int, int],
    labels: tuple[str, str],
    *,
    elevation: float = 28.0,
    turned: float = -60.0,
) -> "Axes3D":
    """Add empty axes of three dimensions.

    Parameters
    ----------
    figure : Figure
    place : tuple of int
        Rows, columns, and which of them, counted from 1.
    labels : tuple of str
        Of the two numbers; the height is what the title says.
    elevation, turned : float
        From where it is looked at, in degrees.
    """
    from matplotlib import rc_context

    from axone.plots.ticks import speak

    colors: dict[Any, Any] = {f"axes3d.{axis}axis.panecolor": theme().paper for axis in "xyz"}
    colors["grid.color"] = theme().grid
    # Three-dimensional axes keep the colours of their walls and grids from when they are made.
    with rc_context(colors):
        axes: Axes3D = figure.add_subplot(*place, projection="3d")
    axes.view_init(elev=elevation, azim=turned)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    dress(axes, grid=False)
    speak(axes.zaxis)
    # The names of its axes stand outside of what it says it needs.
    axes.set_box_aspect(None, zoom=0.93)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_tick_params(labelsize=SMALL - 1, pad=0)
        axis.labelpad = 1
    return axes


def draw_surface(
    axes: "Axes3D",
    first: FloatArray,
    second: FloatArray,
    height: FloatArray,
    limits: tuple[float, float],
    *,
    opacity: float = 0.9,
) -> None:
    """Draw heights over a grid: the higher, the farther from the ground in colour, in grey too.

    Parameters
    ----------
    axes : Axes3D
    first, second, height : arrays of shape (rows, columns)
    limits : tuple of float
        The heights of the first and of the last colour, and of the axes.
    opacity : float, default 0.9
    """
    axes.plot_surface(
        first,
        second,
        height,
        cmap=color_map(theme().warming),
        vmin=limits[0],
        vmax=limits[1],
        rcount=40,
        ccount=40,
        linewidth=0.2,
        edgecolor=theme().paper,
        alpha=opacity,
    )
    axes.set_zlim(*limits)
