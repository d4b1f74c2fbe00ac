"""True and predicted numbers, checked and sampled, for the pictures that compare the two."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.checks import check_integer
from axone.errors import DataError, ShapeError
from axone.messages import Message, _
from axone.plots.style import theme
from axone.random import RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Comparison:
    """Numbers of each target, true and predicted.

    Attributes
    ----------
    true, predicted : arrays of shape (m, n_targets)
        The rows that are finite in both.
    names : list of str
        Of the targets.
    sample : array of int
        The rows to draw one by one: all of them, or a random sample that is always the same.
    rows : int
        How many there were, those that are not finite too.
    """

    true: FloatArray
    predicted: FloatArray
    names: list[str]
    sample: IntArray
    rows: int

    def notes(self) -> list[Message]:
        """Say what is not drawn."""
        found = []
        if len(self.sample) < len(self.true):
            found.append(
                _(
                    "{drawn:,} of {rows:,} rows drawn.",
                    drawn=len(self.sample),
                    rows=len(self.true),
                )
            )
        if len(self.true) < self.rows:
            found.append(
                _(
                    "{missing:,} of {rows:,} rows without a finite prediction left out.",
                    missing=self.rows - len(self.true),
                    rows=self.rows,
                )
            )
        return found


def compared(
    y_true: ArrayLike, y_pred: ArrayLike, target_names: Sequence[str], max_points: int
) -> Comparison:
    """Return numbers to draw, with a name for each target.

    Raises
    ------
    ShapeError
        The two differ in shape, or there is not a name for each target.
    DataError
        There is no row, or something that is no number.
    ConfigurationError
        `max_points` is less than 1.
    """
    check_integer("max_points", max_points, at_least=1)
    true, predicted = _columns("y_true", y_true), _columns("y_pred", y_pred)
    names = list(target_names) or [_("target {number}", number=i + 1) for i in range(true.shape[1])]
    if len(target_names) == 0 and true.shape[1] == 1:
        names = [_("target")]
    if true.shape != predicted.shape or len(names) != true.shape[1]:
        raise ShapeError(
            _(
                "y_true {true}, y_pred {predicted} and {names} target names do not fit: give "
                "the same rows and targets, and a name for each target.",
                true=true.shape,
                predicted=predicted.shape,
                names=len(names),
            )
        )
    finite = np.isfinite(true).all(axis=1) & np.isfinite(predicted).all(axis=1)
    rows = np.flatnonzero(finite)
    sample = RandomStream.from_seed(0).permutation(len(rows))[:max_points]
    return Comparison(true[rows], predicted[rows], names, sample, len(true))


def _columns(name: str, values: ArrayLike) -> FloatArray:
    """Return numbers as (m, n_targets)."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            _("{name} does not hold numbers only ({error}).", name=name, error=error)
        ) from error
    if array.ndim not in {1, 2}:
        raise ShapeError(
            _(
                "{name} has shape {shape}; allowed are (m,) and (m, n_targets).",
                name=name,
                shape=array.shape,
            )
        )
    if array.size == 0:
        raise DataError(
            _("{name} has shape {shape}: there is nothing to draw.", name=name, shape=array.shape)
        )
    return array.reshape(len(array), -1)


def draw_cloud(axes: "Axes", x: FloatArray, y: FloatArray) -> None:
    """Draw a point for each row; where many lie on each other, transparency shows how many."""
    alpha = max(0.12, min(0.7, 12.0 / math.sqrt(x.size)))
    size = 12.0 if x.size > 300 else 22.0
    axes.scatter(x, y, s=size, alpha=alpha, color=theme().blue, linewidths=0)


def say_nothing_finite(axes: "Axes") -> None:
    """Say why a panel is empty."""
    axes.text(
        0.5,
        0.5,
        _("no finite prediction"),
        ha="center",
        color=theme().muted,
        transform=axes.transAxes,
    )
    axes.set_xticks([])
    axes.set_yticks([])
