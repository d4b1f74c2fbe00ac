"""XOR by a network with one hidden layer: the plane of the inputs, and the space it makes of it."""

from typing import Annotated

import numpy as np

from axone.data import load_dataset
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.xor import Solved, draw_xor
from axone.layers import Dense
from axone.messages import Message, _, _n
from axone.network import Network
from axone.optimizers import Adam
from axone.perceptron import RosenblattPerceptron, linearly_separable
from axone.training import Trainer

_MOST_HIDDEN = 8
"""Columns of the table: of more a terminal has no room."""

_PATIENCE = 100
"""Epochs that a single perceptron tries for."""


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
        draw=lambda: draw_xor(solved),
    )


def _lowered(number: int) -> str:
    return "".join(chr(ord("₀") + int(digit)) for digit in str(number))


def _solve(hidden: int, activation: str, rate: float, epochs: int, seed: int) -> Solved:
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
    return Solved(
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


def _score(solved: Solved) -> Message:
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


def _space(solved: Solved) -> Message:
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


def _alone(solved: Solved) -> Message:
    tried = RosenblattPerceptron(max_epochs=_PATIENCE).fit(solved.X, solved.y)
    return _(
        "A single perceptron on the inputs themselves never converges: in its epoch {epoch} it "
        "still makes {mistakes}, for no straight line separates XOR.",
        epoch=tried.epochs,
        mistakes=_n("{count} mistake", "{count} mistakes", tried.mistakes[-1]),
    )
