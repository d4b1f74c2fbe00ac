"""Datasets made from a seed: the truth tables, the classic pictures in the plane, the calculator.

The same seed and options give the same rows everywhere. Two-dimensional shapes come from
scikit-learn where it has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.array_dataset import make_array_dataset
from axone.data.dataset import Dataset, DatasetInfo, TaskChoice
from axone.data.generator_options import (
    Amount,
    Count,
    IntegerRange,
    Option,
    Word,
    checked_options,
)
from axone.random import GENERATE, RandomStream

Arrays = Mapping[str, NDArray[Any]]

_ROWS = 1000
_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

_ADD, _MULTIPLY = "add", "multiply"


@dataclass(frozen=True)
class Generator:
    """A dataset that is made when it is asked for.

    Attributes
    ----------
    info : DatasetInfo
        Of what comes without options.
    make : callable
        Takes the seed, and every option by its name.
    options : mapping of str to Option
    """

    info: DatasetInfo
    make: Callable[..., Arrays]
    options: Mapping[str, Option]


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


def hills(seed: int, rows: int = _ROWS, noise: float = 0.1) -> Arrays:
    """Draw points of the square from −3 to 3, and the height of a landscape of hills over them.

    The landscape is the sum of three bells exp(−‖x − c‖²) and three hollows of the same form, with
    their middles c on a circle of radius 2, by turns.

    Parameters
    ----------
    seed : int
        Decides the points.
    rows : int, default 1000
    noise : float, default 0.1
        Standard deviation of the heights about the landscape's.
    """
    X, random = _square(seed, rows)
    turn = np.pi * np.arange(6) / 3
    middles = 2.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    distances = ((X[:, None, :] - middles) ** 2).sum(axis=2)
    heights = np.exp(-distances) @ np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    return _heights(X, heights + noise * random.normal((rows,)))


def slope(seed: int, rows: int = _ROWS, noise: float = 0.1) -> Arrays:
    """Draw points of the square from −3 to 3, and the height of a plane over them: (x₁ + x₂)/6.

    Parameters
    ----------
    seed : int
        Decides the points.
    rows : int, default 1000
    noise : float, default 0.1
        Standard deviation of the heights about the plane's.
    """
    X, random = _square(seed, rows)
    return _heights(X, X.sum(axis=1) / 6.0 + noise * random.normal((rows,)))


def _square(seed: int, rows: int) -> tuple[NDArray[Any], RandomStream]:
    """Draw points of the square, and return what draws their noise."""
    random = RandomStream.from_seed(seed).child(GENERATE)
    return 6.0 * random.child(0).uniform((rows, 2)) - 3.0, random.child(1)


def _heights(X: NDArray[Any], heights: NDArray[Any]) -> Arrays:
    return {"X": X, "y": heights, "target_names": np.array(["height"])}


def calculator(
    seed: int,
    operation: str = _ADD,
    rows: int = 10_000,
    range: tuple[int, int] = (0, 100),
    noise: float = 0.0,
) -> Arrays:
    """Draw pairs of integers, and a fifth as many fresh ones, with their sums or products.

    Parameters
    ----------
    seed : int
        Decides the pairs.
    operation : {"add", "multiply"}
    rows : int, default 10 000
        Pairs to learn from; the fresh ones, the test set, come on top.
    range : tuple of int, default (0, 100)
        The lowest and the highest integer.
    noise : float, default 0
        Standard deviation of the results about what is right.
    """
    random = RandomStream.from_seed(seed).child(GENERATE)
    low, high = range
    pairs = low + np.floor((high - low + 1.0) * random.uniform((rows + rows // 5, 2)))
    results = pairs.prod(axis=1) if operation == _MULTIPLY else pairs.sum(axis=1)
    results = results + noise * random.child(0).normal(results.shape) if noise else results
    return {
        "X": pairs[:rows],
        "y": results[:rows],
        "X_test": pairs[rows:],
        "y_test": results[rows:],
        "feature_names": np.array(["a", "b"]),
        "target_names": np.array(["product" if operation == _MULTIPLY else "sum"]),
    }


def _truth_table(answers: list[int]) -> Callable[..., Arrays]:
    def make(seed: int, rows: int, noise: float) -> Arrays:
        corner = np.arange(rows) % len(_CORNERS)
        random = RandomStream.from_seed(seed).child(GENERATE)
        X = _CORNERS[corner] + noise * random.normal((rows, 2)) if noise else _CORNERS[corner]
        return {"X": X, "y": np.array(answers)[corner], "feature_names": np.array(["a", "b"])}

    return make


def _from_sklearn(maker: str, **called: str) -> Callable[..., Arrays]:
    """Return what makes a dataset by scikit-learn, whose names of some options are others."""

    def make(seed: int, rows: int, **options: Any) -> Arrays:
        from sklearn import datasets

        named = {called.get(name, name): value for name, value in options.items()}
        # scikit-learn takes seeds of 32 bits.
        X, y = getattr(datasets, maker)(rows, random_state=seed % 2**32, **named)[:2]
        return {"X": X, "y": y}

    return make


def _gate(name: str, answers: list[int]) -> Generator:
    info = DatasetInfo(name, "classification", 4, "2", 2, "generated")
    return Generator(info, _truth_table(answers), {"rows": Count(4, least=4), "noise": Amount(0.0)})


def _plane(
    name: str, make: Callable[..., Arrays], options: Mapping[str, Option], classes: int = 2
) -> Generator:
    info = DatasetInfo(name, "classification", _ROWS, "2", classes, "generated")
    return Generator(info, make, {"rows": Count(_ROWS, least=10), **options})


def _landscape(name: str, make: Callable[..., Arrays]) -> Generator:
    info = DatasetInfo(name, "regression", _ROWS, "2", None, "generated")
    return Generator(info, make, {"rows": Count(_ROWS, least=10), "noise": Amount(0.1)})


def _calculator(name: str, make: Callable[..., Arrays], **options: Option) -> Generator:
    info = DatasetInfo(name, "regression", 10_000, "2", None, "generated")
    shared = {"range": IntegerRange((0, 100)), "noise": Amount(0.0)}
    return Generator(info, make, {**options, "rows": Count(10_000, least=10), **shared})


GENERATORS = {
    generator.info.name: generator
    for generator in (
        _gate("xor", [0, 1, 1, 0]),
        _gate("and", [0, 0, 0, 1]),
        _gate("or", [0, 1, 1, 1]),
        _plane("moons", _from_sklearn("make_moons"), {"noise": Amount(0.2)}),
        _plane(
            "circles",
            _from_sklearn("make_circles"),
            {"noise": Amount(0.1), "factor": Amount(0.5, below=1)},
        ),
        _plane(
            "blobs",
            _from_sklearn("make_blobs", classes="centers", noise="cluster_std"),
            {"noise": Amount(1.0), "classes": Count(3, least=2, most=100)},
            classes=3,
        ),
        _plane("spirals", spirals, {"noise": Amount(0.1), "arms": Count(2, least=2, most=10)}),
        _plane(
            "three_spirals",
            lambda seed, **options: spirals(seed, arms=3, **options),
            {"noise": Amount(0.1)},
            classes=3,
        ),
        _landscape("hills", hills),
        _landscape("slope", slope),
        _calculator("calculator", calculator, operation=Word(_ADD, (_ADD, _MULTIPLY))),
        _calculator(
            "calculator_product",
            lambda seed, **options: calculator(seed, operation=_MULTIPLY, **options),
        ),
    )
}

GENERATED = {name: generator.info for name, generator in GENERATORS.items()}


def generate(
    name: str,
    seed: int,
    task: TaskChoice = "auto",
    target: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Make one of `GENERATED` from a seed, a non-negative integer, and options.

    Raises
    ------
    UnknownNameError, ConfigurationError
        An option that it does not have, or a value that is not allowed.
    """
    chosen = options_of(name, options or {})
    return make_array_dataset(name, GENERATORS[name].make(seed, **chosen), task=task, target=target)


def options_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every option of one of `GENERATED`, as given or its default, checked.

    Examples
    --------
    >>> options_of("calculator", {"range": 50})
    {'operation': 'add', 'rows': 10000, 'range': (0, 50), 'noise': 0.0}
    """
    return checked_options(name, GENERATORS[name].options, given)
