"""The house style: colours that colour-blind readers tell apart, sizes, and figures that use them.

Matplotlib is imported where a figure is made, so that `import axone` stays quick.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
GREEN: Final = "#009E73"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
"""From the palette of Okabe & Ito (2008), distinct under every common colour blindness."""

DIVERGING: Final = (BLUE, "#FFFFFF", VERMILION)
"""Colours of numbers on both sides of 0, which is white."""

WARMING: Final = ("#C8C8C8", ORANGE, VERMILION, "#7A2A00")
"""Colours from nothing to much, ever darker: in print too, and on white."""

INK: Final = "#222222"
MUTED: Final = "#666666"
GRID: Final = "#DDDDDD"
PALE: Final = "#EEEEEE"

SIZE: Final = (8.0, 5.0)
"""Inches, width and height: fits a slide, half a page and a notebook."""

SMALL: Final = 9.0
"""Points: nothing that must be read is smaller, but for the cells of a crowded matrix."""

_STYLE: Final[dict[str, Any]] = {
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "figure.titlesize": 13.0,
    "figure.titleweight": "bold",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    # Names of classes and columns are a user's: "$" in them means dollars.
    "text.parse_math": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever the user's matplotlibrc says, and put that back after."""
    from matplotlib import style

    with style.context(["default", _STYLE]):
        yield


def new_figure(title: str, size: tuple[float, float] = SIZE) -> "Figure":
    """Open an empty figure of a title, whose parts make room for each other."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, x=0.01, horizontalalignment="left", wrap=True)
    return figure


def add_note(figure: "Figure", *sentences: str) -> None:
    """Write what a reader must know beside the picture, small, at its foot."""
    note = "  ".join(str(sentence) for sentence in sentences if sentence)
    figure.supxlabel(
        note, x=0.01, horizontalalignment="left", fontsize=SMALL, color=MUTED, wrap=True
    )


def dress(axes: "Axes", *, grid: bool = True) -> None:
    """Set what Matplotlib would read from the global style only once the figure is drawn."""
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL)
    if grid:
        axes.grid(visible=True, color=GRID, linewidth=0.7)


def bare(axes: "Axes") -> None:
    """Take the frame, the ticks and the grid off an axes that holds an image."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def color_map(colors: Sequence[str]) -> "Colormap":
    """Return the colours in between, NaN drawn pale."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("axone", list(colors)).with_extremes(bad=PALE)
