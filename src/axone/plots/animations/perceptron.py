"""Rosenblatt's perceptron at work: its line moves with every mistake that it makes."""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.checks import check_choice, check_integer, check_seed
from axone.data import load_dataset
from axone.messages import Message, _
from axone.perceptron import Convergence, RosenblattPerceptron
from axone.plots.animations.animation import SIZE, Animation
from axone.plots.style import MARKERS, add_note, dress, house_style, new_figure, theme, with_minus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

DATASETS = ("blobs", "and", "or", "xor")

MOST_CORRECTIONS = 25

_BLOB_ROWS = 60

_RINGS = (1.0, 0.8, 0.6)
"""Sizes of the ring about a wrong row: a frame each, before the line moves."""

_MOVES = (0.25, 0.5, 0.75, 1.0)
"""Which share of a correction the line has made, a frame each."""


@dataclass(frozen=True, eq=False)
class _Scene:
    """One frame: the line, the mistakes of each epoch so far, and the row that is wrong."""

    neuron: FloatArray
    caption: Message
    mistakes: tuple[int, ...] = ()
    row: int | None = None
    ring: float = 0.5


def animate_perceptron(
    dataset: str = "blobs", *, corrections: int = 12, epochs: int = 20, seed: int = 6
) -> Animation:
    """Move a perceptron's line, mistake by mistake: w ← w + η·(y − ŷ)·x, b ← b + η·(y − ŷ).

    Rosenblatt's rule of 1958 with η = 1, the rows in their order, from w = 0 and b = 0, where it
    fires for no row and has no line.

    Parameters
    ----------
    dataset : {"blobs", "and", "or", "xor"}, default "blobs"
        Two heaps of 30 points each, standardised, or the four rows of a truth table.
    corrections : int, default 12
        How many are shown at most: 25, or the file grows beyond 5 MB.
    epochs : int, default 20
        After which it gives up: the mistakes of all of them are shown beside.
    seed : int, default 6
        Of the points. With 6 a line separates the heaps, and ten corrections find it.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Another dataset, or a count out of bounds.

    Examples
    --------
    >>> from axone.plots import animate_perceptron
    >>> animate_perceptron("or").captions[-1]
    'Converged in 4 epochs, after 4 mistakes: its straight line separates the two classes.'
    """
    check_choice("dataset", dataset, DATASETS)
    check_integer("corrections", corrections, at_least=1, at_most=MOST_CORRECTIONS)
    check_integer("epochs", epochs, at_least=1, at_most=1000)
    check_seed(seed)
    x, y = _points(dataset, seed)
    perceptron = RosenblattPerceptron(max_epochs=epochs)
    ended = perceptron.fit(x, y).runs[0]
    scenes = _scenes(perceptron, x, y, corrections, ended)
    title = _("The perceptron: its line moves with every mistake")
    with house_style():
        figure = new_figure(title, SIZE)
        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
        _draw_rows(left, x, y)
        low, high = _limits(left, x)
        (line,) = left.plot([], [], color=theme().ink, linewidth=2.0, zorder=4)
        side = left.fill([0], [0], color=theme().orange, alpha=0.18, zorder=0, linewidth=0)[0]
        (ring,) = left.plot(
            [],
            [],
            marker="o",
            linestyle="none",
            fillstyle="none",
            markeredgecolor=theme().ink,
            markeredgewidth=2.0,
            zorder=5,
        )
        weights = left.set_title(" ")
        left.legend(loc="upper right", ncols=2)
        bars = _draw_mistakes(right, ended)
        add_note(
            figure,
            _("In the shaded half-plane w·x + b > 0, and it fires: it says class 1."),
            _("The ring marks a row that it takes for the other class."),
        )

    def show(frame: int) -> None:
        scene = scenes[frame]
        line.set_data(*_line(scene.neuron, low, high).T)
        side.set_xy(_half_plane(scene.neuron, low, high))
        ring.set_data(*(x[[scene.row]].T if scene.row is not None else ([], [])))
        ring.set_markersize(10 + 18 * scene.ring)
        w, b = scene.neuron[:2], scene.neuron[2]
        figures = _(
            "w = ({first:.2f}, {second:.2f}), b = {bias:.2f}",
            first=float(w[0]),
            second=float(w[1]),
            bias=float(b),
        )
        weights.set_text(with_minus(figures))
        for bar, count in zip(bars, scene.mistakes, strict=False):
            bar.set_height(count)
        for bar in bars[len(scene.mistakes) :]:
            bar.set_height(0)

    return Animation(title, figure, tuple(str(scene.caption) for scene in scenes), show, 0.22, 4.0)


def _points(dataset: str, seed: int) -> tuple[FloatArray, IntArray]:
    blobs = dataset == "blobs"
    options = {"rows": _BLOB_ROWS, "classes": 2, "noise": 1.5} if blobs else {}
    made = load_dataset(dataset, seed=seed, options=options)
    x = np.asarray(made.X, dtype=np.float64)
    return (x - x.mean(axis=0)) / x.std(axis=0) if blobs else x, np.asarray(made.y)


def _scenes(
    perceptron: RosenblattPerceptron, x: FloatArray, y: IntArray, most: int, ended: Convergence
) -> list[_Scene]:
    """Return what each frame shows: every correction rings its row, then moves the line."""
    before = np.zeros(3)
    scenes = [_Scene(before, _("At the start w = 0 and b = 0: it fires for no row."))]
    so_far: list[int] = []
    for number, made in enumerate(islice(perceptron.corrections(x, y), most), start=1):
        so_far += [0] * (made.epoch - len(so_far))
        so_far[-1] += 1
        point = float(x[made.row, 0]), float(x[made.row, 1])
        fires = bool(y[made.row] == 1)
        caption = _mistake(made.epoch, number, made.row + 1, point, fires=fires)
        now, after = tuple(so_far), np.append(made.weights, made.bias)
        scenes += [_Scene(before, caption, now, made.row, size) for size in _RINGS]
        scenes += [
            _Scene(before + share * (after - before), caption, now, made.row) for share in _MOVES
        ]
        before = after
    last = ended.explanation
    if sum(ended.mistakes) > most:
        last = _(
            "The first {count} corrections of {mistakes:,} are shown. {end}",
            count=most,
            mistakes=sum(ended.mistakes),
            end=ended.explanation,
        )
    return [*scenes, _Scene(before, last, ended.mistakes)]


def _mistake(
    epoch: int, number: int, row: int, point: tuple[float, float], *, fires: bool
) -> Message:
    """Say which row was wrong, and what is made of it."""
    if fires:
        return _(
            "Epoch {epoch}, correction {number}: row {row}, x = ({first:.2f}, {second:.2f}), is of "
            "class 1, but w·x + b ≤ 0. x is added to w, 1 to b.",
            epoch=epoch,
            number=number,
            row=row,
            first=point[0],
            second=point[1],
        )
    return _(
        "Epoch {epoch}, correction {number}: row {row}, x = ({first:.2f}, {second:.2f}), is of "
        "class 0, but w·x + b > 0. x is taken from w, 1 from b.",
        epoch=epoch,
        number=number,
        row=row,
        first=point[0],
        second=point[1],
    )


def _draw_rows(axes: "Axes", x: FloatArray, y: IntArray) -> None:
    for label, color in ((0, theme().blue), (1, theme().orange)):
        rows = y == label
        axes.plot(
            *x[rows].T,
            linestyle="none",
            marker=MARKERS[label],
            markersize=8 if len(x) > 4 else 12,
            color=color,
            markeredgecolor=theme().paper,
            label=str(_("class {label}", label=label)),
            zorder=3,
        )
    axes.set_xlabel(_("x₁"))
    axes.set_ylabel(_("x₂"))
    dress(axes)


def _limits(axes: "Axes", x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Show all rows with a margin; return the lower left corner and the upper right one."""
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.25 * (high - low)
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    # The legend stands above all rows.
    highest = high + 1.4 * margin
    axes.set_ylim(low[1] - margin[1], highest[1])
    return low - margin, np.array([high[0] + margin[0], highest[1]])


def _draw_mistakes(axes: "Axes", ended: Convergence) -> "BarContainer":
    from matplotlib.ticker import MaxNLocator

    epochs = np.arange(1, len(ended.mistakes) + 1)
    bars = axes.bar(epochs, np.zeros(len(epochs)), color=theme().vermilion, width=0.8)
    axes.set_xlabel(_("epoch"))
    axes.set_ylabel(_("mistakes"))
    axes.set_title(_("mistakes so far"))
    axes.set_xlim(0.4, len(epochs) + 0.6)
    axes.set_ylim(0, 1.15 * max(ended.mistakes))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    dress(axes)
    axes.grid(visible=False, axis="x")
    return bars


def _half_plane(neuron: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the corners of that part of a rectangle where w·x + b > 0; it may have none."""
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    sums = corners @ neuron[:2] + neuron[2]
    kept = []
    for place in range(4):
        after = (place + 1) % 4
        if sums[place] > 0:
            kept.append(corners[place])
        if sums[place] * sums[after] < 0:
            kept.append(_crossing(corners, sums, place))
    return np.array(kept).reshape(-1, 2)


def _line(neuron: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return where w·x + b = 0 meets the edges of a rectangle: two points, or none."""
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    sums = corners @ neuron[:2] + neuron[2]
    met = [
        _crossing(corners, sums, place)
        for place in range(4)
        if sums[place] * sums[(place + 1) % 4] < 0
    ]
    return np.array(met).reshape(-1, 2)


def _crossing(corners: FloatArray, sums: FloatArray, place: int) -> FloatArray:
    """Return the point between a corner and the next at which the sum is 0."""
    after = (place + 1) % 4
    share = sums[place] / (sums[place] - sums[after])
    point: FloatArray = corners[place] + share * (corners[after] - corners[place])
    return point
