"""Datasets made from a seed: the truth tables, the classic pictures in the plane, the calculator.

The same seed gives the same rows everywhere. Two-dimensional shapes come from scikit-learn where
it has them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.array_dataset import make_array_dataset
from axone.data.dataset import Dataset, DatasetInfo, TaskChoice
from axone.random import GENERATE, RandomStream

Arrays = Mapping[str, NDArray[Any]]

_ROWS = 1000
_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def spirals(seed: int, arms: int = 2, rows: int = _ROWS, noise: float = 0.1) -> Arrays:
    """Wind `arms` spirals of one and a half turns about each other (Lang & Witbrock 1988).

    Parameters
    ----------
    seed : int
        Decides the points.
    arms : int, default 2
        Classes; two or three are usual.
    rows : int, default 1000
        Points of all arms together, dealt out evenly.
    noise : float, default 0.1
        Standard deviation of the points about their arm; the outer radius is 3.
    """
    random = RandomStream.from_seed(seed).child(GENERATE)
    y = np.arange(rows) % arms
    # The square root spreads the points evenly along the arm, whose turns grow with the radius.
    along = np.sqrt(random.child(0).uniform((rows,)))
    angle = 3.0 * np.pi * along + 2.0 * np.pi * y / arms
    points = 3.0 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return {"X": points + noise * random.child(1).normal((rows, 2)), "y": y}


def calculator(seed: int, product: bool = False) -> Arrays:
    """Draw 10 000 pairs of integers in 0 … 100 and 2 000 fresh ones, with their sum or product."""
    random = RandomStream.from_seed(seed).child(GENERATE)
    pairs = np.floor(101.0 * random.uniform((12_000, 2)))
    results = pairs.prod(axis=1) if product else pairs.sum(axis=1)
    return {
        "X": pairs[:10_000],
        "y": results[:10_000],
        "X_test": pairs[10_000:],
        "y_test": results[10_000:],
        "feature_names": np.array(["a", "b"]),
        "target_names": np.array(["product" if product else "sum"]),
    }


def _truth_table(answers: list[int]) -> Callable[[int], Arrays]:
    names = np.array(["a", "b"])
    return lambda seed: {"X": _CORNERS, "y": np.array(answers), "feature_names": names}


def _from_sklearn(maker: str, **settings: Any) -> Callable[[int], Arrays]:
    def make(seed: int) -> Arrays:
        from sklearn import datasets

        # scikit-learn takes seeds of 32 bits.
        X, y = getattr(datasets, maker)(_ROWS, random_state=seed % 2**32, **settings)[:2]
        return {"X": X, "y": y}

    return make


_MAKERS: dict[str, Callable[[int], Arrays]] = {
    "xor": _truth_table([0, 1, 1, 0]),
    "and": _truth_table([0, 0, 0, 1]),
    "or": _truth_table([0, 1, 1, 1]),
    "moons": _from_sklearn("make_moons", noise=0.2),
    "circles": _from_sklearn("make_circles", noise=0.1, factor=0.5),
    "blobs": _from_sklearn("make_blobs", centers=3),
    "spirals": spirals,
    "three_spirals": lambda seed: spirals(seed, arms=3),
    "calculator": calculator,
    "calculator_product": lambda seed: calculator(seed, product=True),
}

GENERATED = {
    info.name: info
    for info in (
        *(DatasetInfo(n, "classification", 4, "2", 2, "generated") for n in ("xor", "and", "or")),
        DatasetInfo("moons", "classification", _ROWS, "2", 2, "generated"),
        DatasetInfo("circles", "classification", _ROWS, "2", 2, "generated"),
        DatasetInfo("blobs", "classification", _ROWS, "2", 3, "generated"),
        DatasetInfo("spirals", "classification", _ROWS, "2", 2, "generated"),
        DatasetInfo("three_spirals", "classification", _ROWS, "2", 3, "generated"),
        DatasetInfo("calculator", "regression", 10_000, "2", None, "generated"),
        DatasetInfo("calculator_product", "regression", 10_000, "2", None, "generated"),
    )
}


def generate(name: str, seed: int, task: TaskChoice = "auto", target: str | None = None) -> Dataset:
    """Make one of `GENERATED` from a seed, a non-negative integer."""
    return make_array_dataset(name, _MAKERS[name](seed), task=task, target=target)
