"""XOR by a network with one hidden layer: the plane of the inputs, and the space it makes of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.data import load_dataset
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.layers import Dense
from axone.messages import Message, _, _n
from axone.network import Network
from axone.optimizers import Adam
from axone.parameters import Parameters
from axone.perceptron import RosenblattPerceptron, linearly_separable
from axone.plots.networks.plane import MARKERS, outlined
from axone.plots.style import SMALL, add_note, color_map, dress, house_style, new_figure, theme
from axone.training import Trainer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_HIDDEN = 8
"""Columns of the table: of more a terminal has no room."""

_PATIENCE = 100
"""Epochs that a single perceptron tries for."""

_GRID = 121
_RIM = 0.35
"""Around the four corners."""

_TOUCHING = np.array([0.2, 0.06])
"""Of the width and the height of an axes: rows that are nearer have no room for texts each."""


@dataclass(frozen=True, eq=False)
class _Solved:
    """A trained network, and what it makes of the four rows.

    Attributes
    ----------
    network : Network
    parameters : Parameters
    X : array of shape (4, 2)
    y : array of shape (4,)
    hidden : array of shape (4, h)
        What the hidden units give.
    outputs : array of shape (4,)
        ŷ, the probability of 1.
    weights : array of shape (h,)
    bias : float
        Of the output unit.
    separable : bool or None
        Whether the hidden units can be told apart by a hyperplane.
    """

    network: Network
    parameters: Parameters
    X: FloatArray
    y: IntArray
    hidden: FloatArray
    outputs: FloatArray
    weights: FloatArray
    bias: float
    separable: bool | None

    @property
    def right(self) -> BoolArray:
        """Whether each row is on its side of ½."""
        found: BoolArray = (self.outputs > 0.5) == (self.y == 1)
        return found


@experiment
def xor(
    *,
    hidden: Annotated[int, Knob(_("Hidden units."), at_least=1, at_most=_MOST_HIDDEN)] = 4,
    activation: Annotated[
        str, Knob(_("Activation of the hidden units."), choices=("tanh", "sigmoid", "relu"))
    ] = "tanh",
    rate: Annotated[float, Knob(_("Learning rate η, of Adam."), above=0, at_most=1)] = 0.1,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=5000)] = 300,
    seed: Seed = 42,
) -> Observation:
    """Learn XOR with one hidden layer, and look at where its units put the four rows.

    The network is 2-h-1 with a sigmoid output, trained on all four rows at each step by the binary
    cross-entropy (the problem: Minsky & Papert 1969; solved so: Rumelhart, Hinton & Williams 1986).

    Parameters
    ----------
    hidden : int, default 4
        Two are enough, but do not always find it; one cannot.
    activation : {"tanh", "sigmoid", "relu"}, default "tanh"
    rate : float, default 0.1
        η of Adam.
    epochs : int, default 300
        Each is one step.
    seed : int, default 42
        Decides the first weights.

    Returns
    -------
    Observation
        The four rows: inputs `x1` and `x2`, hidden units `h1`, `h2`, …, the `output` ŷ, the
        `target` y, and whether that is `right`.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> ax.lab.xor().column("right")
    [True, True, True, True]
    """
    solved = _solve(hidden, activation, rate, epochs, seed)
    columns = (
        Column("x1", _("x₁")),
        Column("x2", _("x₂")),
        *(
            Column(f"h{unit}", _("h{unit}", unit=_lowered(unit)), ".2f")
            for unit in range(1, hidden + 1)
        ),
        Column("output", _("ŷ"), ".3f"),
        Column("target", _("y")),
        Column("right", _("right")),
    )
    rows = tuple(
        (*map(int, x), *map(float, units), float(output), int(target), bool(right))
        for x, units, output, target, right in zip(
            solved.X, solved.hidden, solved.outputs, solved.y, solved.right, strict=True
        )
    )
    return Observation(
        name="xor",
        title=_(
            "XOR by a network 2-{hidden}-1, {activation}", hidden=hidden, activation=activation
        ),
        columns=columns,
        rows=rows,
        sentences=(_score(solved), _space(solved), _alone(solved)),
        settings={
            "hidden": hidden,
            "activation": activation,
            "rate": rate,
            "epochs": epochs,
            "seed": seed,
        },
        draw=lambda: _drawn(solved),
    )


def _lowered(number: int) -> str:
    return "".join(chr(ord("₀") + int(digit)) for digit in str(number))


def _solve(hidden: int, activation: str, rate: float, epochs: int, seed: int) -> _Solved:
    data = load_dataset("xor")
    X, y = np.asarray(data.X, dtype=np.float64), np.asarray(data.y)
    network = Network(Dense(hidden, activation), Dense(1, "sigmoid"), input_shape=2)
    trainer = Trainer(
        network,
        loss="binary_cross_entropy",
        optimizer=Adam(rate),
        batch_size=len(X),
        dtype="float64",
        seed=seed,
    )
    parameters = trainer.fit((X, y), max_epochs=epochs).parameters
    first, last = network.trace(parameters, X)
    units = first.forward[-1].array
    output = parameters.by_layer[1]
    outputs = last.forward[-1].array[:, 0]
    # Where the output unit separates them already, no rounding of a solver has a say.
    is_solved = bool(((outputs > 0.5) == (y == 1)).all())
    return _Solved(
        network,
        parameters,
        X,
        y,
        units,
        outputs,
        np.ravel(output["weight"]),
        float(output["bias"][0]),
        is_solved or linearly_separable(units, y == 1),
    )


def _score(solved: _Solved) -> Message:
    right, units = int(solved.right.sum()), solved.hidden.shape[1]
    if right == len(solved.y):
        return _n(
            "All four rows are right with {count} hidden unit: no ŷ is farther than {worst:.2g} "
            "from its target.",
            "All four rows are right with {count} hidden units: no ŷ is farther than {worst:.2g} "
            "from its target.",
            units,
            worst=float(np.abs(solved.outputs - solved.y).max()),
        )
    if units == 1:
        return _(
            "{right} of 4 rows are right: one hidden unit looks in one direction, along which ŷ "
            "only rises or only falls, so that no training gets more than 3.",
            right=right,
        )
    return _(
        "{right} of 4 rows are right with {units} hidden units, although 2 can do it: from these "
        "first weights training has not found how; another seed, more epochs or more units may "
        "help.",
        right=right,
        units=units,
    )


def _space(solved: _Solved) -> Message:
    units = solved.hidden.shape[1]
    known = {1: _("threshold"), 2: _("straight line"), 3: _("plane")}
    boundary = known.get(units, _("hyperplane"))
    if solved.separable:
        return _(
            "The hidden layer has moved the rows: by its units a {boundary} separates the two "
            "classes, which is all that the output unit can draw.",
            boundary=boundary,
        )
    if solved.separable is None:
        return _(
            "Whether a {boundary} separates the classes by the hidden units could not be decided.",
            boundary=boundary,
        )
    return _(
        "By the hidden units, too, no {boundary} separates the two classes, and the output unit "
        "can draw no other border.",
        boundary=boundary,
    )


def _alone(solved: _Solved) -> Message:
    tried = RosenblattPerceptron(max_epochs=_PATIENCE).fit(solved.X, solved.y)
    return _(
        "A single perceptron on the inputs themselves never converges: in its epoch {epoch} it "
        "still makes {mistakes}, for no straight line separates XOR.",
        epoch=tried.epochs,
        mistakes=_n("{count} mistake", "{count} mistakes", tried.mistakes[-1]),
    )


def _drawn(solved: _Solved) -> "Figure":
    with house_style():
        figure = new_figure(_("XOR, seen by the inputs and by the hidden units"), (8.0, 4.9))
        plane, space = figure.subplots(1, 2)
        _draw_inputs(plane, solved)
        _draw_hidden(space, solved)
        add_note(
            figure,
            _("○: y = 0; △: y = 1; a cross lies over rows that are wrong."),
            _("The line is ŷ = ½; the stronger the colour, the surer."),
        )
    return figure


def _draw_inputs(axes: "Axes", solved: _Solved) -> None:
    line = np.linspace(-_RIM, 1 + _RIM, _GRID)
    across, up = np.meshgrid(line, line)
    asked = np.column_stack([across.ravel(), up.ravel()])
    answers = solved.network.predict(solved.parameters, asked)[:, 0].reshape(across.shape)
    axes.imshow(
        answers,
        extent=(line[0], line[-1], line[0], line[-1]),
        origin="lower",
        cmap=color_map(theme().diverging),
        vmin=0,
        vmax=1,
        alpha=0.45,
        interpolation="bilinear",
        aspect="auto",
        zorder=0,
    )
    if answers.min() < 0.5 < answers.max():
        axes.contour(
            across, up, answers, levels=[0.5], colors=[theme().ink], linewidths=2.2, zorder=2
        )
    _draw_rows(axes, solved, solved.X)
    axes.set_xlabel(_("x₁"))
    axes.set_ylabel(_("x₂"))
    axes.set_title(_("By the inputs"))
    dress(axes, grid=False)


def _draw_hidden(axes: "Axes", solved: _Solved) -> None:
    """Draw the rows by one or two hidden units; of more, by their sum that the output unit sees."""
    units = solved.hidden.shape[1]
    if units == 1:
        points = np.column_stack([solved.hidden[:, 0], np.zeros(len(solved.y))])
        normal, bias = np.append(solved.weights, 0.0), solved.bias
        axes.set_xlabel(_("hidden unit h₁"))
        axes.set_yticks([])
    elif units == 2:
        points, normal, bias = solved.hidden, solved.weights, solved.bias
        axes.set_xlabel(_("hidden unit h₁"))
        axes.set_ylabel(_("hidden unit h₂"))
    else:
        points, normal, bias = _projected(solved), np.array([1.0, 0.0]), 0.0
        axes.set_xlabel(_("weighted sum of the output unit"))
        axes.set_ylabel(_("at right angles: where they differ most"))
    low, high = points.min(axis=0), points.max(axis=0)
    reach = np.maximum(_RIM * (high - low), 0.1 * max(float((high - low).max()), 1e-3))
    axes.set_xlim(low[0] - reach[0], high[0] + reach[0])
    axes.set_ylim(low[1] - reach[1], high[1] + reach[1])
    length = float(np.linalg.norm(normal))
    if length > 0:
        foot = -bias * normal / length**2
        along = np.array([-normal[1], normal[0]]) / length
        axes.axline(tuple(foot), tuple(foot + along), color=theme().ink, linewidth=2.2, zorder=2)
    _draw_rows(axes, solved, points)
    axes.set_title(_n("By {count} hidden unit", "By {count} hidden units", units))
    dress(axes, grid=False)


def _projected(solved: _Solved) -> FloatArray:
    """Return the weighted sum of the output unit, and what of the units differs most beside it."""
    direction = solved.weights / max(float(np.linalg.norm(solved.weights)), 1e-300)
    about = solved.hidden - solved.hidden.mean(axis=0)
    beside = about - np.outer(about @ direction, direction)
    widest = np.linalg.svd(beside)[2][0]
    return np.column_stack([solved.hidden @ solved.weights + solved.bias, beside @ widest])


def _draw_rows(axes: "Axes", solved: _Solved, points: FloatArray) -> None:
    """Draw the four rows with their inputs; those that lie in one place share one text."""
    for label, color, marker in ((0, theme().blue, MARKERS[0]), (1, theme().vermilion, MARKERS[2])):
        rows = solved.y == label
        axes.scatter(
            points[rows, 0],
            points[rows, 1],
            color=color,
            marker=marker,
            s=90,
            edgecolors=theme().ink,
            linewidths=1.0,
            zorder=4,
        )
    wrong = ~solved.right
    axes.scatter(
        points[wrong, 0],
        points[wrong, 1],
        color=theme().ink,
        marker="x",
        s=120,
        linewidths=2.0,
        zorder=5,
    )
    for place, here in _places(axes, points):
        axes.annotate(
            "  ".join(f"({x:g}, {y:g})" for x, y in solved.X[here]),
            place,
            xytext=(0, 10),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=SMALL,
            zorder=6,
            path_effects=outlined(),
        )


def _places(axes: "Axes", points: FloatArray) -> list[tuple[tuple[float, float], list[int]]]:
    """Return where texts go, each with the rows that lie there."""
    widths = np.ptp([axes.get_xlim(), axes.get_ylim()], axis=1)
    found: list[tuple[tuple[float, float], list[int]]] = []
    for row, point in enumerate(points):
        for place, rows in found:
            if (np.abs(point - place) < _TOUCHING * widths).all():
                rows.append(row)
                break
        else:
            found.append(((float(point[0]), float(point[1])), [row]))
    return found
