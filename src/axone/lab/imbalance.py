"""Rare cases: why accuracy deceives, and what class weights and a moved threshold change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.imbalance import plot_rare_cases, precision_and_recall
from axone.layers import Dense
from axone.messages import Message, _, formatted
from axone.metrics import roc_auc, scores_by_class
from axone.network import Network
from axone.optimizers import Adam
from axone.random import GENERATE, RandomStream
from axone.training import ProgressCallback, Trainer

if TYPE_CHECKING:
    from axone.parameters import Parameters

_TEST_ROWS = 20_000
"""So many that scores of 2 % of them have two digits."""

_HALF = 0.5
"""The usual threshold."""

_NETWORK = Network(Dense(8, "tanh"), Dense(1, "sigmoid"), input_shape=2)


@dataclass(frozen=True, eq=False)
class Rows:
    """Points in a plane, the rare ones last.

    Attributes
    ----------
    X : array of shape (m, 2)
    rare : array of bool, shape (m,)
    """

    X: FloatArray
    rare: BoolArray


@dataclass(frozen=True, eq=False)
class Way:
    """A way to call rows rare or common, and its scores in the test rows.

    Attributes
    ----------
    title : Message
    threshold : float or None
        From which probability on a row is called rare; None where none ever is.
    accuracy, recall, auc : float
    precision, f1 : float or None
        Of the rare class; None where no row is called rare, for there is nothing to divide by.
    """

    title: Message
    threshold: float | None
    accuracy: float
    precision: float | None
    recall: float
    f1: float | None
    auc: float


@experiment
def imbalance(
    *,
    share: Annotated[float, Knob(_("Share of the rare rows."), at_least=0.002, at_most=0.5)] = 0.02,
    rows: Annotated[int, Knob(_("Training rows."), at_least=100, at_most=20_000)] = 3000,
    distance: Annotated[
        float, Knob(_("Between the middles of both classes."), at_least=0, at_most=10)
    ] = 2.0,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=500)] = 20,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train a network on two classes of which one is rare, plainly and with class weights.

    Both classes are normal in the plane, of standard deviation 1, and overlap. Compared are: to
    call every row common; a network 2-8-1 trained plainly and asked whether p ≥ 0.5; the same one
    trained with the weights m/(2·m_k) of the classes (King & Zeng 2001), so that both count alike;
    and the plain one asked at the threshold that has the greatest F1 in validation rows. To move a
    threshold needs no training, and changes no ranking: ROC AUC stays.

    Parameters
    ----------
    share : float, default 0.02
        Of training, validation and test rows alike; of each at least 2 rows are rare.
    rows : int, default 3000
        As many again are validation rows; test rows are 20 000.
    distance : float, default 2
        In standard deviations.
    epochs : int, default 20
        By Adam at the rate 0.01, on batches of 32.
    seed : int, default 42
        Decides the rows, the first weights and the order of the rows.
    on_progress : callable, optional
        Called with the share of the training that is done.

    Returns
    -------
    Observation
        A row a `way`: its `threshold`, and `accuracy`, `precision`, `recall`, `f1` (of the rare
        class) and `roc_auc` in test rows.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.imbalance(share=0.02, rows=1000)
    >>> constant, plain, weighted, moved = seen.column("recall")
    >>> constant
    0.0
    >>> plain < weighted
    True
    """
    random = RandomStream.from_seed(seed).child(GENERATE)
    train, validation, test = (
        _rows(count, share, distance, random.child(part))
        for part, count in enumerate((rows, rows, _TEST_ROWS))
    )
    plain = _train(train, None, epochs, seed, on_progress, 0.0)
    weighted = _train(train, _class_weights(train.rare), epochs, seed, on_progress, 0.5)
    p, p_weighted = _probability(plain, test.X), _probability(weighted, test.X)
    best = threshold_of_greatest_f1(validation.rare, _probability(plain, validation.X))
    ways = (
        _scored(_("always common"), test, np.zeros(len(test.X)), None),
        _scored(_("trained plainly"), test, p, _HALF),
        _scored(_("class weights"), test, p_weighted, _HALF),
        _scored(_("threshold moved"), test, p, best),
    )
    title = _("Rare cases: {share:.1%} of the rows", share=float(test.rare.mean()))
    return Observation(
        name="imbalance",
        title=title,
        columns=(
            Column("way", _("way")),
            Column("threshold", _("rare if p ≥"), ".3f"),
            Column("accuracy", _("accuracy"), ".1%"),
            Column("precision", _("precision"), ".1%"),
            Column("recall", _("recall"), ".1%"),
            Column("f1", _("F1"), ".3f"),
            Column("roc_auc", _("ROC AUC"), ".3f"),
        ),
        rows=tuple(
            (w.title, w.threshold, w.accuracy, w.precision, w.recall, w.f1, w.auc) for w in ways
        ),
        sentences=(_constant(ways[0], test), _plain(ways), _remedies(ways)),
        settings={
            "share": share,
            "rows": rows,
            "distance": distance,
            "epochs": epochs,
            "seed": seed,
        },
        draw=lambda: plot_rare_cases(
            (train.X, train.rare),
            (
                (_("plain, 0.5"), lambda X: _probability(plain, X), _HALF),
                (_("class weights"), lambda X: _probability(weighted, X), _HALF),
                (_("threshold moved"), lambda X: _probability(plain, X), best),
            ),
            precision_and_recall(test.rare, p),
            title,
        ),
    )


def _rows(count: int, share: float, distance: float, random: RandomStream) -> Rows:
    rare = np.arange(count) >= count - max(2, round(share * count))
    middle = distance / np.sqrt(2)
    return Rows(random.normal((count, 2)) + middle * rare[:, None], rare)


def _class_weights(rare: BoolArray) -> FloatArray:
    """Return m/(2·m_k) for each row of class k: their mean is 1, and both classes weigh alike."""
    counts = np.bincount(rare.astype(np.intp), minlength=2)
    return np.asarray((len(rare) / (2 * counts))[rare.astype(np.intp)])


def _train(
    rows: Rows,
    weights: FloatArray | None,
    epochs: int,
    seed: int,
    on_progress: ProgressCallback | None,
    before: float,
) -> "Parameters":
    """Train the network; of the whole progress a half is its own."""
    trainer = Trainer(
        _NETWORK, loss="binary_cross_entropy", optimizer=Adam(0.01), seed=seed, measures=()
    )
    y = rows.rare.astype(np.intp)
    given = (rows.X, y) if weights is None else (rows.X, y, weights)

    def tell(done: float) -> None:
        if on_progress is not None:
            on_progress(before + done / 2)

    learnt = trainer.fit(given, max_epochs=epochs, on_progress=tell).parameters
    tell(1.0)
    return learnt


def _probability(parameters: "Parameters", X: FloatArray) -> FloatArray:
    return _NETWORK.predict(parameters, X)[:, 0].astype(np.float64)


def threshold_of_greatest_f1(rare: BoolArray, p: FloatArray) -> float:
    """Return the probability from which on to call rows rare, so that F1 is greatest.

    Parameters
    ----------
    rare : array of bool, shape (m,)
    p : array of shape (m,)

    Returns
    -------
    float
        One of `p`; of several that are as good, the lowest.

    Examples
    --------
    >>> threshold_of_greatest_f1(np.array([False, True, True]), np.array([0.1, 0.3, 0.2]))
    0.2
    """
    precision, recall, thresholds = precision_and_recall(rare, p)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    return float(thresholds[f1.argmax()])


def _scored(title: Message, test: Rows, p: FloatArray, threshold: float | None) -> Way:
    called: IntArray = (
        np.zeros(len(p), np.intp) if threshold is None else (p >= threshold).astype(np.intp)
    )
    scores = scores_by_class(test.rare.astype(np.intp), called, 2)
    any_called = bool(called.any())
    return Way(
        title,
        threshold,
        float(np.mean(called == test.rare)),
        float(scores.precision[1]) if any_called else None,
        float(scores.recall[1]),
        float(scores.f1[1]) if any_called else None,
        roc_auc(test.rare, p),
    )


def _constant(way: Way, test: Rows) -> Message:
    return _(
        "Of {rows:,} test rows {rare:,} are rare: to call every row common is right in "
        "{accuracy:.1%}, and finds none of them.",
        rows=len(test.rare),
        rare=int(test.rare.sum()),
        accuracy=way.accuracy,
    )


def _plain(ways: Sequence[Way]) -> Message:
    constant, plain = ways[:2]
    return _(
        "The network trained plainly is right in {accuracy:.1%} and finds {recall:.1%} of the rare "
        "rows: accuracy tells it from that answer by {points:.1f} points of a hundred, recall by "
        "{found:.1f}.",
        accuracy=plain.accuracy,
        recall=plain.recall,
        points=100 * abs(plain.accuracy - constant.accuracy),
        found=100 * plain.recall,
    )


def _remedies(ways: Sequence[Way]) -> Message:
    weighted, moved = ways[2:]
    return _(
        "Class weights find {one:.1%} of the rare rows with a precision of {so}, the threshold "
        "{threshold:.3g} finds {other:.1%} with {or_so}: which is better is for the cost of a miss "
        "and of a false alarm to say.",
        one=weighted.recall,
        so=_or_none(weighted.precision),
        threshold=moved.threshold,
        other=moved.recall,
        or_so=_or_none(moved.precision),
    )


def _or_none(precision: float | None) -> Message:
    return _("none") if precision is None else formatted(precision, ".1%")
