"""Rosenblatt's perceptron, epoch by epoch: its line moves until it separates, or for ever."""

from dataclasses import replace
from typing import Annotated, Any, Literal, cast

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data import load_dataset
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.perceptron import Training, draw_perceptron
from axone.messages import Message, _, _n
from axone.perceptron import RosenblattPerceptron

_BLOBS = 60
"""Rows of the two blobs."""

_EXACT = 1e-9
"""Of numbers that are equal but for their rounding."""


@experiment
def perceptron(
    *,
    data: Annotated[
        str, Knob(_("What is to be told apart."), choices=("and", "or", "xor", "blobs"))
    ] = "and",
    rate: Annotated[float, Knob(_("Learning rate η."), above=0, at_most=1000)] = 1.0,
    max_epochs: Annotated[int, Knob(_("Most epochs."), at_least=1, at_most=100)] = 20,
    order: Annotated[
        str, Knob(_("Order of the rows."), choices=("cyclic", "random", "with_replacement"))
    ] = "cyclic",
    noise: Annotated[
        float, Knob(_("How widely the blobs are spread."), at_least=0, at_most=10)
    ] = 1.0,
    seed: Seed = 42,
) -> Observation:
    """Train Rosenblatt's perceptron on AND, OR, XOR or two blobs, and look at it after each epoch.

    After each row w ← w + η·(y − ŷ)·x and b ← b + η·(y − ŷ), from zeros (Rosenblatt 1958); training
    ends with the first epoch without a mistake.

    Parameters
    ----------
    data : {"and", "or", "xor", "blobs"}, default "and"
        The four rows of a logic gate, or 60 rows about two centres.
    rate : float, default 1
        η. From zero weights it only scales them.
    max_epochs : int, default 20
    order : {"cyclic", "random", "with_replacement"}, default "cyclic"
        As of `axone.perceptron.RosenblattPerceptron`.
    noise : float, default 1
        Standard deviation of the blobs about their centres; nothing for the gates.
    seed : int, default 42
        Decides the blobs, and the order of rows that is not cyclic.

    Returns
    -------
    Observation
        A row an epoch, 0 being the start: `epoch`; `mistakes` made in it, each a correction;
        `weight_1`, `weight_2` and `bias` after it; how many rows are `right` then.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> ax.lab.perceptron(data="and").column("mistakes")
    [None, 1, 3, 3, 2, 1, 0]
    >>> str(ax.lab.perceptron(data="xor").sentences[0])[:27]
    'Not converged in 20 epochs:'
    """
    training = _train(
        *_rows(data, noise, seed),
        RosenblattPerceptron(
            rate,
            order=cast(Literal["cyclic", "random", "with_replacement"], order),
            max_epochs=max_epochs,
            seed=seed,
        ),
    )
    mistakes = (None, *training.last.mistakes)
    return Observation(
        name="perceptron",
        title=_("A perceptron, epoch by epoch: ŷ = [w₁·x₁ + w₂·x₂ + b > 0]"),
        columns=(
            Column("epoch", _("epoch")),
            Column("mistakes", _("mistakes")),
            Column("weight_1", _("w₁"), ".4g"),
            Column("weight_2", _("w₂"), ".4g"),
            Column("bias", _("b"), ".4g"),
            Column("right", _("rows right")),
        ),
        rows=tuple(
            (epoch, mistakes[epoch], *map(float, neuron), right)
            for epoch, (neuron, right) in enumerate(
                zip(training.neurons, training.right, strict=True)
            )
        ),
        sentences=(training.last.explanation, _last_line(training), _bound(training)),
        settings={
            "data": data,
            "rate": rate,
            "max_epochs": max_epochs,
            "order": order,
            "noise": noise,
            "seed": seed,
        },
        draw=lambda: draw_perceptron(training, data),
    )


def _rows(data: str, noise: float, seed: int) -> tuple[FloatArray, IntArray]:
    options: dict[str, Any] = (
        {"classes": 2, "rows": _BLOBS, "noise": noise} if data == "blobs" else {}
    )
    found = load_dataset(data, seed=seed, options=options)
    return np.asarray(found.X, dtype=np.float64), np.asarray(found.y)


def _train(X: FloatArray, y: IntArray, described: RosenblattPerceptron) -> Training:
    """Train for one epoch, for two, and so on: each fit draws the same orders as the one before."""
    neurons, right = [np.zeros(3)], [int((y == 0).sum())]
    for epochs in range(1, described.max_epochs + 1):
        fitted = replace(described, max_epochs=epochs).fit(X, y)
        neurons.append(np.append(fitted.weights[0], fitted.bias[0]))
        right.append(int((fitted.predict(X) == y).sum()))
        if fitted.converged:
            break
    return Training(X, y, np.array(neurons), right, fitted, described.order)


def _last_line(training: Training) -> Message:
    one, two, bias = training.neurons[-1].tolist()
    return _(
        "The last weights are w₁ = {one:.3g} and w₂ = {two:.3g}, with b = {bias:.3g}: {right} of "
        "{rows} rows are right, and never were more than {most} after an epoch.",
        one=one,
        two=two,
        bias=bias,
        right=training.right[-1],
        rows=len(training.y),
        most=max(training.right),
    )


def _bound(training: Training) -> Message:
    """Say how many corrections there can be, or how they go on for ever."""
    run = training.last.runs[0]
    made = _n("{count:,} correction", "{count:,} corrections", sum(run.mistakes))
    margin = widest_margin(training.X, training.y)
    if margin is not None:
        longest = float(np.sqrt((training.X**2).sum(axis=1).max() + 1))
        return _(
            "{made}; at most (R/γ)² = {bound:,.4g} can be needed (Novikoff 1962): with a 1 "
            "for the bias in each, the longest row is R = {longest:.3g} long and the widest margin "
            "γ = {margin:.3g}.",
            made=made,
            bound=(longest / margin) ** 2,
            longest=longest,
            margin=margin,
        )
    circle = _circle(training.neurons) if training.order == "cyclic" else None
    if circle is not None:
        return _n(
            "{made} so far, and no end: after epoch {again} the weights are those after epoch "
            "{before}, so that every epoch repeats itself.",
            "{made} so far, and no end: after epoch {again} the weights are those after epoch "
            "{before}, so that every {count} epochs repeat themselves.",
            circle[1] - circle[0],
            made=made,
            before=circle[0],
            again=circle[1],
        )
    return _(
        "{made} in {epochs}; the best epoch had {fewest}.",
        made=made,
        epochs=_n("{count} epoch", "{count} epochs", run.epochs),
        fewest=_n("{count} mistake", "{count} mistakes", min(run.mistakes)),
    )


def _circle(neurons: FloatArray) -> tuple[int, int] | None:
    """Return the first epoch after which weights are what they were, to the bit, and when."""
    met: dict[bytes, int] = {}
    for epoch, neuron in enumerate(neurons):
        key = (neuron + 0.0).tobytes()  # −0 is 0
        if key in met:
            return met[key], epoch
        met[key] = epoch
    return None


def widest_margin(X: FloatArray, y: IntArray) -> float | None:
    """Return the greatest distance γ at which a plane through the origin leaves all rows (x, 1).

    The shortest w with s·w·(x, 1) ≥ 1 for every row, s = ±1 its side, is 1/γ long; it is found by
    non-negative least squares (Lawson & Hanson 1974, "Solving least squares problems", chapter 23).

    Parameters
    ----------
    X : array of shape (m, n)
    y : array of shape (m,)
        0 and 1.

    Returns
    -------
    float or None
        None where no plane separates the rows, or the answer does not hold.

    Examples
    --------
    >>> round(widest_margin(np.array([[-1.0], [1.0]]), np.array([0, 1])), 4)
    1.0
    """
    from scipy.optimize import nnls

    signed = np.where(y == 1, 1.0, -1.0)[:, None] * np.column_stack([X, np.ones(len(X))])
    system = np.vstack([signed.T, np.ones(len(X))])
    wanted = np.append(np.zeros(signed.shape[1]), 1.0)
    try:
        shares, _residue = nnls(system, wanted)
    except RuntimeError:  # too many iterations
        return None
    rest = system @ shares - wanted
    if abs(rest[-1]) < _EXACT:
        return None
    shortest = -rest[:-1] / rest[-1]
    if (signed @ shortest < 1 - 1e3 * _EXACT).any():
        return None
    return float(1 / np.linalg.norm(shortest))
