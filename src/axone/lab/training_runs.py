"""What experiments that train share: rows in a plane, and what is read off histories."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.bounds import LARGEST_SEED
from axone.data import spirals
from axone.data.generated import generate
from axone.messages import Listed, all_of
from axone.training import ProgressCallback, Trainer, TrainingResult

Rows = tuple[FloatArray, IntArray]
"""X of shape (m, 2), and y, 0 or 1, of shape (m,)."""


def spiral_rows(rows: int, seed: int) -> Rows:
    """Draw points of two spirals wound about each other: hard, but without noise to learn by heart.

    Parameters
    ----------
    rows : int
    seed : int
    """
    drawn = spirals(seed, rows=rows, noise=0.1)
    return drawn["X"], drawn["y"]


def xor_rows(rows: int, noise: float, seed: int) -> Rows:
    """Draw points about the corners (±1, ±1) of a square, opposite corners of one class.

    Parameters
    ----------
    rows : int
    noise : float
        Standard deviation about the corners.
    seed : int
    """
    drawn = generate("xor", seed, options={"rows": rows, "noise": noise / 2})
    return 2 * np.asarray(drawn.X) - 1, np.asarray(drawn.y)


def seeds_from(seed: int, count: int) -> list[int]:
    """Return so many seeds, the first the one given; the largest is followed by 0.

    Examples
    --------
    >>> seeds_from(5, 3)
    [5, 6, 7]
    """
    return [(seed + number) % (LARGEST_SEED + 1) for number in range(count)]


def losses_of(result: TrainingResult, column: str) -> list[float]:
    """Return a column of a history; empty where the first epoch already diverged."""
    return list(result.history.get(column, []))


def finite(value: float) -> float | None:
    """Return a number as the cell of a table has it: None where it is none.

    Examples
    --------
    >>> finite(0.5), finite(float("nan"))
    (0.5, None)
    """
    return float(value) if np.isfinite(value) else None


def last_of(values: Sequence[float], *, diverged: bool = False) -> float | None:
    """Return the last of some numbers; None where there is none, or it is not the run's end."""
    return None if diverged or not len(values) else finite(values[-1])


def first_at_most(values: Sequence[float], target: float) -> int | None:
    """Return the first epoch, from 1, whose value is at most `target`; None where none is.

    Examples
    --------
    >>> first_at_most([0.9, 0.4, 0.1], 0.4), first_at_most([0.9], 0.4)
    (2, None)
    """
    return next((epoch for epoch, value in enumerate(values, 1) if value <= target), None)


def those_at(
    values: Mapping[str, float | None], pick: Callable[[list[float]], float] = min
) -> tuple[Listed, float | None]:
    """Return who has the least number (or what `pick` picks), ties included, and that number.

    Examples
    --------
    >>> names, least = those_at({"a": 3.0, "b": 1.0, "c": 1.0, "d": None})
    >>> str(names), least
    ('b and c', 1.0)
    """
    known = [value for value in values.values() if value is not None]
    if not known:
        return all_of([]), None
    picked = pick(known)
    return all_of([name for name, value in values.items() if value == picked]), picked


def measured(
    trainer: Trainer, result: TrainingResult, rows: Rows
) -> tuple[float | None, float | None]:
    """Return loss and accuracy of some rows with the weights at a run's end; None if it diverged.

    Nothing random is at work in it, and no penalty.
    """
    if result.diverged:
        return None, None
    loss, outputs = trainer.plan.evaluate(result.final.state.parameters, trainer.examples(rows))
    return finite(loss), float(np.mean((outputs[:, 0] > 0.5) == (rows[1] == 1)))


def share_of(on_progress: ProgressCallback | None, number: int, count: int) -> ProgressCallback:
    """Return what one of several runs tells its progress, as a share of all of them."""

    def tell(share: float) -> None:
        if on_progress is not None:
            on_progress((number + share) / count)

    return tell
