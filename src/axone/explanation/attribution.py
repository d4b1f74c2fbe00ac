"""Attributions: how much of an answer each number of an example is worth, against a baseline.

Gradient × input takes the slope at the example for that of the whole way there (Shrikumar et al.
2016). Integrated gradients add the slopes up along the straight way from the baseline, so that the
parts are worth the whole: Σ parts = z(x) − z(baseline) (Sundararajan et al. 2017).
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.checks import as_array, check_integer, check_number
from axone.errors import DataError, ShapeError
from axone.explanation.saliency import LookedAt, saliency
from axone.messages import _
from axone.network import Network
from axone.parameters import Parameters

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(4)
"""On −1 to 1: exact for slopes that are polynomials of degree 7 between the ends."""

_MOST_WORK = 10**9
"""Multiplications forward that a row is worth unless told otherwise: seconds."""


@dataclass(frozen=True)
class Attribution:
    """What each number is worth.

    Attributes
    ----------
    parts : array of shape (m, *input_shape)
        Of z(x) − z(baseline), in float64.
    baseline_score, score : array of shape (m,)
        z of the output that is looked at, at the baseline and at the example.
    missing : array of shape (m,)
        By how much the parts do not add up: z(x) − z(baseline) − Σ parts.
    """

    parts: FloatArray
    baseline_score: FloatArray
    score: FloatArray

    @property
    def missing(self) -> FloatArray:
        total = self.parts.sum(axis=tuple(range(1, self.parts.ndim)))
        return self.score - self.baseline_score - total


def gradient_times_input(
    network: Network,
    parameters: Parameters,
    X: Any,
    *,
    baseline: Any = 0.0,
    outputs: Any = None,
    mask: Any = None,
) -> FloatArray:
    """Return (x − baseline) ⊙ ∂z/∂x: one backward pass, right where z is linear on the way.

    Parameters
    ----------
    network, parameters, X, outputs, mask
        As `saliency` takes them.
    baseline : number or array of shape input_shape or (m, *input_shape), default 0
        The example that says nothing: of standardised features 0 is their mean.

    Returns
    -------
    array of shape (m, *network.input_shape)

    Raises
    ------
    ShapeError, DataError
        As `saliency`, and for a baseline of another shape.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(1), input_shape=2)
    >>> parameters = network.initialize(dtype="float64").replaced({"0.weight": [[3.0, -1.0]]})
    >>> ax.gradient_times_input(network, parameters, [[2.0, 5.0]]).tolist()
    [[6.0, -5.0]]
    """
    slopes = saliency(network, parameters, X, outputs=outputs, mask=mask)
    X = network.cast_examples(network.check_examples(X), parameters.vector.dtype)
    return (X - _checked_baseline(baseline, X)) * slopes


def integrated_gradients(
    network: Network,
    parameters: Parameters,
    X: Any,
    *,
    baseline: Any = 0.0,
    outputs: Any = None,
    mask: Any = None,
    tolerance: float = 1e-6,
    most_slopes: int | None = None,
) -> Attribution:
    """Return what each number of an example adds to z on the straight way from the baseline.

    part[i] = (x[i] − b[i]) · ∫₀¹ ∂z/∂x[i] at b + α·(x − b) dα. The integral is taken in pieces, by
    four points each; a piece whose parts do not add up to what z gains on it is halved, so that
    places are found at which a ReLU switches or another number wins a pool. Computed in float64,
    whatever the precision of the parameters.

    Parameters
    ----------
    network, parameters, X, outputs, mask
        As `saliency` takes them; by default the output looked at is the largest at X.
    baseline : number or array of shape input_shape or (m, *input_shape), default 0
        The example that says nothing: of standardised features 0 is their mean, of images black.
    tolerance : float, default 1e-6
        How far the parts of a row may be from adding up, of max(1, |z(x) − z(baseline)|).
    most_slopes : int, optional
        Gradients taken for a row at most; by default 20,000, and down to 200 for networks of many
        multiplications. Large networks of ReLU switch at thousands of places: on the short pieces
        that are left then the four points are weighed anew, as little as makes the parts add up.

    Returns
    -------
    Attribution

    Raises
    ------
    ShapeError, DataError
        As `saliency`, and for a baseline of another shape.

    Warns
    -----
    UserWarning
        The parts of a row do not add up within the tolerance.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(1, "relu"), ax.Dense(1), input_shape=2)
    >>> parameters = network.initialize(dtype="float64").replaced(
    ...     {"0.weight": [[1.0, 1.0]], "0.bias": [-1.0], "1.weight": [[2.0]]}
    ... )
    >>> found = ax.integrated_gradients(network, parameters, [[1.0, 3.0]])
    >>> found.score.tolist(), found.parts.round(6).tolist()
    ([6.0], [[1.5, 4.5]])
    """
    check_number("tolerance", tolerance, above=0)
    if most_slopes is None:
        most_slopes = int(np.clip(_MOST_WORK // max(network.multiply_adds, 1), 200, 20_000))
    check_integer("most_slopes", most_slopes, at_least=len(_POINTS))
    precise = parameters.astype("float64")
    looked_at = LookedAt.checked(network, precise, X, outputs, mask).decided()
    start = _checked_baseline(baseline, looked_at.X)
    way = _Way(looked_at, start, looked_at.X - start)
    everything = np.arange(len(start))
    begin, end = (way.values(everything, np.full(len(start), at)) for at in (0.0, 1.0))
    wanted = tolerance * np.maximum(1.0, np.abs(end - begin))
    found = Attribution(_added_up(way, begin, end, wanted, most_slopes), begin, end)
    short = np.flatnonzero(~(np.abs(found.missing) <= wanted))
    if len(short):
        row = int(short[np.abs(found.missing[short]).argmax()])
        warnings.warn(
            _(
                "The parts of {count} of {rows} rows do not add up after {most} slopes each; "
                "those of row {row} by {missing:.2g} of {whole:.4g}: more slopes (most_slopes) "
                "come closer.",
                count=len(short),
                rows=len(start),
                most=most_slopes,
                row=row,
                missing=float(found.missing[row]),
                whole=float(end[row] - begin[row]),
            ),
            stacklevel=2,
        )
    return found


@dataclass(frozen=True)
class _Way:
    """The straight ways from the baseline to the examples."""

    looked_at: LookedAt
    start: FloatArray
    step: FloatArray

    def values(self, rows: IntArray, at: FloatArray) -> FloatArray:
        """Return z on the ways of these rows, `at` from 0 to 1."""
        return self.looked_at.values(self._places(rows, at), rows)

    def gains(self, rows: IntArray, at: FloatArray) -> FloatArray:
        """Return (x − b) ⊙ ∂z/∂x there."""
        return self.step[rows] * self.looked_at.slopes(self._places(rows, at), rows)

    def _places(self, rows: IntArray, at: FloatArray) -> FloatArray:
        return self.start[rows] + at.reshape(-1, *[1] * (self.start.ndim - 1)) * self.step[rows]


def _added_up(
    way: _Way, begin: FloatArray, end: FloatArray, wanted: FloatArray, most_slopes: int
) -> FloatArray:
    """Integrate the gains of every row, halving the pieces that do not add up."""
    parts = np.zeros(way.start.shape)
    slopes = np.zeros(len(parts), dtype=np.int64)
    left = wanted / 2  # what pieces with a kink may still leave open; the others have as much
    rows = np.arange(len(parts))
    low, high, below, above = np.zeros(len(rows)), np.ones(len(rows)), begin, end
    while len(rows):
        at = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * _POINTS
        gains = way.gains(np.repeat(rows, len(_POINTS)), at.reshape(-1))
        gains = gains.reshape(len(rows), len(_POINTS), -1) * (high - low)[:, None, None]
        slopes += len(_POINTS) * np.bincount(rows, minlength=len(parts))
        pieces = np.einsum("p,rpn->rn", _WEIGHTS / 2, gains)
        open_ = np.abs(above - below - pieces.sum(axis=1))
        # A piece is done if it leaves open no more than its share by length, or, since with a kink
        # none ever will, hardly any of what is left for those.
        waiting = np.bincount(rows, minlength=len(parts))[rows]
        by_length, hardly_any = wanted[rows] / 2 * (high - low), left[rows] / (512 + waiting)
        adds_up = ~(open_ > np.maximum(by_length, hardly_any))
        # Every piece that is halved makes two, and those that wait have their turn first.
        done = adds_up | (slopes[rows] + 2 * len(_POINTS) * waiting > most_slopes)
        pieces += np.where(adds_up[:, None], 0, _leaning(gains, above - below))
        np.add.at(parts, rows[done], pieces[done].reshape(-1, *parts.shape[1:]))
        at_a_kink = adds_up & (open_ > by_length)
        np.subtract.at(left, rows[at_a_kink], hardly_any[at_a_kink])
        rows, low, high, below, above = (a[~done] for a in (rows, low, high, below, above))
        middle = (low + high) / 2
        between = way.values(rows, middle)
        rows, low, high = np.tile(rows, 2), np.append(low, middle), np.append(middle, high)
        below, above = np.append(below, between), np.append(between, above)
    return parts


def _leaning(gains: FloatArray, gained: FloatArray) -> FloatArray:
    """Return what makes the means of pieces add up: some points count for a little more.

    The least change of the four weights that does it, and none where that would be a large one.
    """
    total = gains.sum(axis=2)
    apart = total - total.mean(axis=1, keepdims=True)
    missing = gained - total @ (_WEIGHTS / 2)
    with np.errstate(all="ignore"):
        change = (missing / (apart**2).sum(axis=1))[:, None] * apart
    is_small = (np.abs(change) <= _WEIGHTS.min()).all(axis=1)  # and a number
    return np.einsum("rp,rpn->rn", np.where(is_small[:, None], change, 0), gains)


def _checked_baseline(baseline: Any, X: FloatArray) -> FloatArray:
    """Return the baseline as one example for each row."""
    given = as_array(baseline, "baseline")
    if given.dtype.kind not in "biuf":
        raise DataError(
            _("baseline holds {dtype}, not numbers: give what X holds.", dtype=given.dtype)
        )
    if given.shape not in ((), X.shape[1:], X.shape):
        raise ShapeError(
            _(
                "baseline has shape {shape}: give a number, one example of shape {one}, or one for "
                "each row, {all}.",
                shape=given.shape,
                one=X.shape[1:],
                all=X.shape,
            )
        )
    return np.broadcast_to(given.astype(X.dtype), X.shape)
