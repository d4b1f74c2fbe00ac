"""The house style: colours that colour-blind readers tell apart, sizes, and figures that use them.

Matplotlib is imported where a figure is made, so that `import axone` stays quick.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from axone.errors import UnknownNameError
from axone.messages import _, formatted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Theme:
    """The colours of a picture, on paper or on a dark screen.

    Attributes
    ----------
    name : str
        "light" or "dark".
    paper, ink, muted, grid, pale : str
        The ground, what is written on it, what is less important, lines to measure by, and surfaces
        that hold nothing.
    blue, orange, green, vermilion, purple : str
        From the palette of Okabe & Ito (2008), distinct under every common colour blindness; on the
        dark ground lighter ones of the same hues.
    warming : tuple of str
        From nothing to much, ever farther from the ground: in grey too.
    behind_text : tuple of str
        From nothing to much, and yet `ink` can be read on all of them.
    """

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    pale: str
    blue: str
    orange: str
    green: str
    vermilion: str
    purple: str
    warming: tuple[str, ...]
    behind_text: tuple[str, ...]

    def named(self, name: str) -> str:
        """Return the colour of a name, such as "blue"."""
        color: str = getattr(self, name)
        return color

    @property
    def palette(self) -> tuple[str, ...]:
        """Colours of lines, the first ones first."""
        return (self.blue, self.orange, self.green, self.vermilion, self.purple)

    @property
    def diverging(self) -> tuple[str, str, str]:
        """Colours of numbers on both sides of 0, which is the ground's."""
        return (self.blue, self.paper, self.vermilion)


THEMES: Final = {
    theme.name: theme
    for theme in (
        Theme(
            name="light",
            paper="#FFFFFF",
            ink="#222222",
            muted="#666666",
            grid="#DDDDDD",
            pale="#EEEEEE",
            blue="#0072B2",
            orange="#E69F00",
            green="#009E73",
            vermilion="#D55E00",
            purple="#CC79A7",
            warming=("#C8C8C8", "#E69F00", "#D55E00", "#7A2A00"),
            behind_text=("#FFFFFF", "#FCE3B6", "#E69F00", "#D55E00"),
        ),
        Theme(
            name="dark",
            paper="#16191D",
            ink="#E8E8E8",
            muted="#A4A9AE",
            grid="#363B42",
            pale="#262A30",
            blue="#56B4E9",
            orange="#E69F00",
            green="#2BC28F",
            vermilion="#F0743E",
            purple="#DDA0C8",
            warming=("#4A5058", "#B2481F", "#E69F00", "#FFE9B0"),
            behind_text=("#16191D", "#4E3410", "#7D4A00", "#A63F0C"),
        ),
    )
}

_in_use: ContextVar[Theme] = ContextVar("theme", default=THEMES["light"])


def theme() -> Theme:
    """Return the colours in use."""
    return _in_use.get()


@contextmanager
def use_theme(name: str) -> Iterator[None]:
    """Draw what is drawn inside in other colours.

    Parameters
    ----------
    name : str
        "light", as every program begins, or "dark".

    Raises
    ------
    UnknownNameError
        There is no theme of that name.

    Examples
    --------
    >>> from axone.plots import plot_activation, use_theme
    >>> with use_theme("dark"):
    ...     figure = plot_activation("gelu")
    """
    if name not in THEMES:
        raise UnknownNameError(_("theme"), name, THEMES)
    token = _in_use.set(THEMES[name])
    try:
        yield
    finally:
        _in_use.reset(token)


SIZE: Final = (8.0, 5.0)
"""Inches, width and height: fits a slide, half a page and a notebook."""

MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
"""Of points of several kinds: no kind is told by its colour alone."""

LINE_STYLES: Final = ("-", (0, (6, 2)), (0, (6, 1.5, 1.5, 1.5)), (0, (2, 1.2)), (0, (9, 3)))
"""Of lines of several kinds, beside the colours of a palette; a wide dash stays for limits."""

SMALL: Final = 9.0
"""Points: nothing that must be read is smaller, but for the cells of a crowded matrix."""


def _style(colors: Theme) -> dict[str, Any]:
    return {
        "font.size": 10.0,
        "axes.titlesize": 11.0,
        "axes.titlelocation": "left",
        "figure.titlesize": 13.0,
        "figure.titleweight": "bold",
        "figure.facecolor": colors.paper,
        "axes.facecolor": colors.paper,
        "text.color": colors.ink,
        "axes.labelcolor": colors.ink,
        "axes.edgecolor": colors.muted,
        "xtick.color": colors.muted,
        "ytick.color": colors.muted,
        "xtick.labelcolor": colors.ink,
        "ytick.labelcolor": colors.ink,
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

    with style.context(["default", _style(theme())]):
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
        note, x=0.01, horizontalalignment="left", fontsize=SMALL, color=theme().muted, wrap=True
    )


def in_short(number: float) -> str:
    """Write a number by three figures, of large ones what stands before the point.

    Examples
    --------
    >>> in_short(0.06481), in_short(29900.4)
    ('0.0648', '29,900')
    """
    return str(formatted(number, ",.0f" if 1000 <= abs(number) < 1e7 else ".3g"))


def with_minus(text: object) -> str:
    """Return a text of numbers with minus signs, as Matplotlib writes those at the ticks."""
    return str(text).replace("-", "−")


def dress(axes: "Axes", *, grid: bool = True) -> None:
    """Set what Matplotlib would read from the global style only once the figure is drawn.

    Its numbers are written as the language in use does.
    """
    from axone.plots.ticks import speak

    for axis in (axes.xaxis, axes.yaxis):
        speak(axis)
    axes.tick_params(colors=theme().muted, labelcolor=theme().ink, labelsize=SMALL)
    if grid:
        axes.grid(visible=True, color=theme().grid, linewidth=0.7)


def bare(axes: "Axes") -> None:
    """Take the frame, the ticks and the grid off an axes that holds an image."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def color_map(colors: Sequence[str]) -> "Colormap":
    """Return the colours in between, NaN drawn pale."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("axone", list(colors)).with_extremes(bad=theme().pale)
