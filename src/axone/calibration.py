"""How far predicted probabilities and quantiles can be trusted, and what makes them honest.

A network that is right on 80 % of the rows of which it says "95 %" is overconfident; dividing its
logits by one number T > 1, found on rows that it has not learnt from, mends most of that and
changes no prediction (Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural
networks"). Quantiles of networks lie too near to one another in the same way, and are moved apart.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.checks import check_integer
from axone.errors import DataError, ShapeError
from axone.losses import nearest_to_the_median
from axone.messages import Message, _

BINS = 15
"""Of the calibration error, as in Guo et al. 2017."""

_TOGETHER = 1e-9
"""Quantiles nearer to one another than this are one."""

_LOG_RANGE = 15.0
"""ln T is looked for so far on either side of the logits' own scale."""


def find_temperature(logits: ArrayLike, y: ArrayLike) -> float:
    """Return the T > 0 by which logits are to be divided so that the log loss is least.

    Parameters
    ----------
    logits : array of shape (m, classes), or (m,), (m, 1), (m, labels)
        What softmax or sigmoid is given, for rows that the network was not trained on. Logarithms
        of probabilities are logits of softmax, so that ``np.log(np.maximum(p, 1e-12))`` will do.
    y : array of int, shape (m,), or the shape of the logits
        Class numbers 0 … K−1 for K ≥ 2 columns of softmax; for sigmoid, 0 or 1 for each logit.

    Returns
    -------
    float
        The minimum of the mean log loss, which is convex in 1/T; above 1 for a network that is too
        sure of itself. Where no finite temperature is best, 1.0, with a warning: every row may be
        right, so that T → 0 would make the loss vanish, or the logits no better than chance.

    Raises
    ------
    ShapeError
        The two do not fit together.
    DataError
        There are no rows, a logit is not finite, or a label no class.

    Examples
    --------
    >>> find_temperature([4.0, 4.0, 4.0, -4.0, -4.0], [1, 1, 0, 0, 0])
    2.885390...
    """
    from scipy.optimize import minimize_scalar

    z, labels = _as_classes(logits, y)
    if not np.isfinite(z).all():
        raise DataError(_("logits hold NaN or infinite numbers: no temperature fits them."))
    # −ln softmax(z/T)[y] = ln Σ exp(zⱼ/T) − z_y/T, each row's largest logit taken out first.
    z -= z.max(axis=1, keepdims=True)
    own = z[np.arange(len(z)), labels]
    reason = _why_unbounded(z, own)
    if reason:
        warnings.warn(_("{reason}: the temperature stays at 1.", reason=reason), stacklevel=2)
        return 1.0
    scale = np.log(-z.mean())

    def log_loss(logarithm: float) -> float:
        scaled = z * np.exp(-logarithm)
        normaliser = np.log(np.exp(scaled, out=scaled).sum(axis=1))
        return float((normaliser - own * np.exp(-logarithm)).mean())

    bounds = (scale - _LOG_RANGE, scale + _LOG_RANGE)
    found = minimize_scalar(log_loss, bounds=bounds, method="bounded", options={"xatol": 1e-7})
    return float(np.exp(found.x))


def _as_classes(logits: ArrayLike, y: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Return logits (n, K) and class numbers (n,); a sigmoid's z is softmax's (0, z)."""
    z, labels = _matched("logits", logits, y)
    z = z.astype(np.float64)
    if z.shape[1] > 1:
        return z, labels
    return np.hstack([np.zeros_like(z), z]), labels


def _why_unbounded(z: FloatArray, own: FloatArray) -> Message | None:
    """Say why the log loss falls on as T → 0 or T → ∞, if it does; each row's largest z is 0."""
    if own.min() == 0:
        return _("every row to calibrate on is predicted right, which asks for a temperature of 0")
    # The slope of the log loss in 1/T, at 1/T = 0.
    if z.mean() >= own.mean():
        return _("the predictions to calibrate on are no better than chance")
    return None


@dataclass(frozen=True)
class Reliability:
    """How often what was predicted with some probability came true, in bins of equal width.

    Attributes
    ----------
    counts : array of int, shape (bins,)
        Predictions in each bin; bin b holds the probabilities in (b/bins, (b + 1)/bins].
    confidence : array of shape (bins,)
        Their mean probability; NaN for an empty bin.
    frequency : array of shape (bins,)
        The share of them that came true; NaN for an empty bin.
    """

    counts: IntArray
    confidence: FloatArray
    frequency: FloatArray

    @property
    def error(self) -> float:
        """The expected calibration error Σ nᵦ/n·|frequencyᵦ − confidenceᵦ|, from 0 to 1."""
        gaps = np.abs(self.frequency - self.confidence)
        return float(np.nansum(self.counts * gaps) / self.counts.sum())


def reliability(probabilities: ArrayLike, y: ArrayLike, bins: int = BINS) -> Reliability:
    """Return how often what was predicted came true.

    Parameters
    ----------
    probabilities : array of shape (m, classes), or (m,), (m, 1), (m, labels)
        Of several classes the predicted one counts, as in Guo et al. 2017: was it right as often
        as its probability said? Of two classes, class 1: a yes and its probability.
    y : array of int, shape (m,), or the shape of the probabilities
        Class numbers, or 0 and 1 for each label.
    bins : int, default 15

    Raises
    ------
    ShapeError, DataError
        The two do not fit together, there are no rows, or a probability is none.
    """
    check_integer("bins", bins, at_least=1)
    p, labels = _matched("probabilities", probabilities, y)
    if not (p.min() >= 0 and p.max() <= 1 + 1e-6):
        raise DataError(_("probabilities must lie between 0 and 1: give those, not logits."))
    if p.shape[1] > 2:
        predicted = p.argmax(axis=1)
        confidence, true = p[np.arange(len(p)), predicted], predicted == labels
    else:
        confidence, true = p[:, -1], labels == 1
    # The inner edges alone: 0 belongs to the first bin, and 1 plus a rounding error to the last.
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            counts,
            np.bincount(place, confidence, minlength=bins) / counts,
            np.bincount(place, true, minlength=bins) / counts,
        )


def calibration_error(probabilities: ArrayLike, y: ArrayLike, bins: int = BINS) -> float:
    """Return the expected calibration error (Guo et al. 2017, eq. 3), from 0 to 1.

    The mean gap between the probability of a prediction and how often it came true, over bins of
    equal width, weighted by their rows. Parameters and errors are those of `reliability`.

    Examples
    --------
    >>> calibration_error([0.8, 0.8, 0.8, 0.8, 0.8], [1, 1, 1, 0, 0])
    0.2...
    """
    return reliability(probabilities, y, bins).error


def find_spread(y: FloatArray, quantiles: FloatArray, levels: Sequence[float]) -> tuple[float, ...]:
    """Return how many times as far from the middle quantiles must be for their levels to hold.

    Of a quantile q of level τ beside the middle m, s with P(y ≤ m + s(q − m)) = τ: of the n shares
    (y − m)/(q − m) the ⌈(n + 1)·max(τ, 1 − τ)⌉-th in order, the rank that holds for a new row like
    these (conformalized quantile regression: Romano, Patterson & Candès 2019, theorem 1; in units
    of the width, so that what is wide stays wider).

    Parameters
    ----------
    y : array of shape (m, …)
        Of rows that the network was not trained on.
    quantiles : array of shape (m, …, levels)
        What it says of them, in the same units.
    levels : sequence of float

    Returns
    -------
    tuple of float
        One a level: 1 of the middle, and where no quantile is apart from it.

    Examples
    --------
    >>> said = np.tile([-1.0, 0.0, 1.0], (101, 1))
    >>> find_spread(np.linspace(-2, 2, 101), said, (0.05, 0.5, 0.95))
    (1.84, 1.0, 1.84)
    """
    middle = nearest_to_the_median(levels)
    found = []
    for at, level in enumerate(map(float, levels)):
        width = quantiles[..., at] - quantiles[..., middle]
        apart = np.abs(width) > _TOGETHER
        if at == middle or not apart.any():
            found.append(1.0)
            continue
        shares = (y - quantiles[..., middle])[apart] / width[apart]
        rank = min(math.ceil((len(shares) + 1) * max(level, 1 - level)), len(shares))
        needed = float(np.partition(shares, rank - 1)[rank - 1])
        found.append(round(max(needed, 0.0), 6))
    return tuple(found)


def _matched(name: str, values: ArrayLike, y: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Return values (n, K) and class numbers (n,); yes/no labels become rows of one column."""
    cells, labels = _numbers(name, values), _numbers("y", y)
    if cells.ndim == 1:
        cells = cells[:, None]
    if labels.shape == (len(cells), 1):
        labels = labels[:, 0]
    if cells.ndim == 2 and labels.shape == cells.shape and cells.size:
        cells, labels = cells.reshape(-1, 1), labels.reshape(-1)
    if cells.ndim != 2 or labels.shape != (len(cells),):
        raise ShapeError(
            _(
                "{name} of shape {shape} and y of shape {y_shape} do not fit: give y one "
                "class number for each row, or one 0 or 1 for each cell.",
                name=name,
                shape=np.shape(values),
                y_shape=np.shape(y),
            )
        )
    if cells.size == 0:
        raise DataError(
            _(
                "{name} have shape {shape}: there is nothing to calibrate on.",
                name=name,
                shape=cells.shape,
            )
        )
    classes = max(cells.shape[1], 2)
    with np.errstate(invalid="ignore"):  # NaN becomes some number, and is refused below
        numbers = labels.astype(np.intp)
    if (numbers != labels).any() or numbers.min() < 0 or numbers.max() >= classes:
        raise DataError(
            _(
                "y must hold whole numbers from 0 to {last}; found {least:g} to {largest:g}.",
                last=classes - 1,
                least=labels.min(),
                largest=labels.max(),
            )
        )
    return cells, numbers


def _numbers(name: str, values: Any) -> FloatArray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise DataError(
            _("{name} must be an array of numbers, not {dtype}.", name=name, dtype=array.dtype)
        )
    return array
