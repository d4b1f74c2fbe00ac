"""Rows that are drawn: tables, signals, sequences, images and tokens of any size."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.diagnosis.scenarios import Rows


def curves(rows: int, features: int = 8, *, seed: int, noise: float = 0.3, outputs: int = 1) -> Any:
    """Return numbers that are curved functions of some of the features."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, features))
    slopes = random.normal(size=(features, outputs))
    y = X @ slopes + 2 * np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3]
    y += noise * random.normal(size=y.shape)
    return X, y[:, 0] if outputs == 1 else y


def groups(  # each a number with a meaning of its own
    rows: int,
    features: int,
    classes: int,
    *,
    seed: int,
    distance: float = 2.5,
    flipped: float = 0.0,
    shares: Sequence[float] | None = None,
) -> Any:
    """Return classes of two clusters each, some labels of which are drawn anew."""
    random = np.random.default_rng(seed)
    labels = random.choice(classes, size=rows, p=shares)
    centres = random.normal(size=(classes, 2, features))
    centres *= distance / np.linalg.norm(centres, axis=-1, keepdims=True)
    X = centres[labels, random.integers(0, 2, rows)] + random.normal(size=(rows, features))
    anew = random.random(rows) < flipped
    return X, np.where(anew, random.integers(0, classes, rows), labels)


def waves(
    rows: int, length: int, classes: int, *, seed: int, channels: int = 1, noise: float = 0.3
) -> Any:
    """Return signals of shape (channels, length), of a frequency each class and of any phase."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    phase = random.uniform(0, 2 * np.pi, size=(rows, channels, 1))
    turns = (labels + 2)[:, None, None] * np.linspace(0, 2 * np.pi, length)
    signals = np.sin(turns + phase)
    return signals + noise * random.normal(size=signals.shape), labels


def memories(rows: int, length: int, *, seed: int, step: int = -3, features: int = 2) -> Any:
    """Return sequences of shape (length, features), whose class is a sign at one of the steps."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, length, features))
    return X, (X[:, step, 0] > 0).astype(int)


def sums(rows: int, length: int, *, seed: int, features: int = 1) -> Any:
    """Return sequences, and of each the mean of what its first feature was, a number."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, length, features))
    return X, X[:, :, 0].mean(axis=1) * np.sqrt(length) + 0.1 * random.normal(size=rows)


def bars(rows: int, side: int, *, seed: int, noise: float = 0.3) -> Any:
    """Return images of shape (1, side, side) with a bar across, down or along the diagonal."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, rows)
    images = noise * random.normal(size=(rows, 1, side, side))
    for image, label, place in zip(images, labels, random.integers(0, side, rows), strict=True):
        if label == 0:
            image[0, place, :] += 1
        elif label == 1:
            image[0, :, place] += 1
        else:
            image[0] += np.eye(side, k=int(place) - side // 2)
    return images, labels


def without_meaning(rows: int, features: int, classes: int = 0, *, seed: int) -> Any:
    """Return features that have nothing to do with the target; a number, where of no classes."""
    random = np.random.default_rng(seed)
    y = random.integers(0, classes, rows) if classes else random.normal(size=rows)
    return random.normal(size=(rows, features)), y


def rare(rows: int, share: float, features: int, *, seed: int, gap: float) -> Any:
    """Return two classes, the second of so small a share, apart by a gap in two features."""
    random = np.random.default_rng(seed)
    y = (random.random(rows) < share).astype(int)
    X = random.normal(size=(rows, features))
    X[:, :2] += gap * y[:, None]
    return X, y


def drawn(name: str, make: Callable[..., Any], *sizes: Any, **settings: Any) -> Rows:
    """Return rows to be drawn, the numbers of their size behind their name."""
    return Rows(f"{name} {'×'.join(map(str, sizes))}", lambda: make(*sizes, **settings))


def changed(rows: Rows, name: str, change: Callable[[Any, Any], Any]) -> Rows:
    """Return the same with its features or its target changed."""
    return Rows(f"{rows.name}, {name}", lambda: change(*rows.draw()))


def times(rows: Rows, X: Any = 1.0, y: float = 1.0, plus: Any = 0.0) -> Rows:
    """Return the same in other units: features and target times a number, features moved."""
    name = "other units"
    return changed(rows, name, lambda A, b: (A * X + plus, b * y if y != 1.0 else b))


CURVES = drawn("curves", curves, 500, seed=1)
WAVES = drawn("waves", waves, 240, 48, 3, seed=2)
BARS = drawn("bars", bars, 400, 8, seed=3)
