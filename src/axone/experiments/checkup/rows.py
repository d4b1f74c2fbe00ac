"""What a check-up looks at in the rows: parts, scales, outliers, contradictions, classes, leaks."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.data.parts import name_of_part
from axone.experiments.checkup.findings import Check
from axone.experiments.preparation import Prepared
from axone.messages import _, _n, listed, shorten
from axone.model import Classes
from axone.training.diagnosis.case import Features
from axone.training.diagnosis.evidence import labels_of, some_rows

_MOST_NAMED = 3

_MOST_FEATURES = 300
"""That are each asked whether they alone tell the target."""

_TELLS_ALL = 0.995

_FAR_OUT = 30.0
"""Usual deviations beyond which a number is an outlier."""

_DEVIATION = 1.4826
"""Times the median distance from the median: the standard deviation of normal numbers."""

_FEW_ROWS = 10


def splits(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Rows of other parts that stand in training, word for word."""
    known = _fingerprints(train.X)
    for name, part in prepared.parts.items():
        if name == "train":
            continue
        twice = sum(each in known for each in _listed(part.X))
        if twice:
            yield Check(
                "duplicates_across_splits",
                "look",
                _n(
                    "{count} of the {rows:,} {part} rows stands in training too: scores on them "
                    "say less about new rows.",
                    "{count:,} of the {rows:,} {part} rows stand in training too: scores on them "
                    "say less about new rows.",
                    twice,
                    rows=len(part),
                    part=name_of_part(name),
                ),
            )
        else:
            yield Check(
                "duplicates_across_splits",
                "good",
                _("No {part} row stands in training.", part=name_of_part(name)),
            )


def _listed(X: FloatArray) -> list[bytes]:
    flat = np.ascontiguousarray(X).reshape(len(X), -1)
    return [row.tobytes() for row in flat]


def _fingerprints(X: FloatArray) -> set[bytes]:
    return set(_listed(X))


def _names(prepared: Prepared, count: int) -> list[str]:
    """Return what the numbers that the network gets are called."""
    names = [str(name) for name in prepared.preprocessing.output_names]
    return names if len(names) == count else [str(number) for number in range(count)]


def _named(names: list[str], which: Any) -> str:
    """Name the first of some features, and how many more there are."""
    chosen = [names[number] for number in which]
    shown = listed(shorten(name, 24) for name in chosen[:_MOST_NAMED])
    more = len(chosen) - _MOST_NAMED
    return f"{shown}, … (+{more})" if more > 0 else str(shown)


def _flat(train: Examples) -> FloatArray | None:
    """Return the features of rows as numbers; None of tokens."""
    X = np.asarray(train.X)
    return None if X.dtype.kind in "iu" else X.reshape(len(X), -1).astype(np.float64)


def constants(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Features that are the same in every row."""
    table, flat = prepared.dataset.X, _flat(train)
    if hasattr(table, "columns"):
        # Of a table the columns: what is the same everywhere does not reach the network.
        names = [str(name) for name in table.columns]
        constant = [n for n, name in enumerate(table.columns) if table[name].nunique() < 2]
    elif flat is not None:
        names = _names(prepared, flat.shape[1])
        constant = np.flatnonzero(flat.max(axis=0) == flat.min(axis=0)).tolist()
    else:
        return
    if constant:
        yield Check(
            "constant_features",
            "look",
            _n(
                "{count} feature is the same in every row and says nothing: {names}.",
                "{count:,} features are the same in every row and say nothing: {names}.",
                len(constant),
                names=_named(names, constant),
            ),
        )
    else:
        yield Check("constant_features", "good", _("Every feature varies."))


def scales(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Features of a size that scaled ones do not have."""
    flat = _flat(train)
    if flat is None:
        return
    features = Features.of(flat)
    if features.unscaled:
        largest = int(features.sizes.argmax())
        yield Check(
            "unscaled_features",
            "wrong",
            _(
                "The features are not scaled: {name} has a root mean square of {size:.3g}; of a "
                "standardised one it is 1. Set scaling = standard.",
                name=_named(_names(prepared, flat.shape[1]), [largest]),
                size=features.largest,
            ),
        )
    else:
        yield Check(
            "unscaled_features",
            "good",
            _(
                "The features are scaled: the largest has a root mean square of {size:.3g}.",
                size=features.largest,
            ),
        )


def outliers(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Numbers far outside of their feature."""
    flat = _flat(train)
    if flat is None:
        return
    # By the middle of the rows: one number far out would make a standard deviation its own.
    away = np.abs(flat - np.median(flat, axis=0))
    usual = _DEVIATION * np.median(away, axis=0)
    apart = away / np.where(usual > 0, usual, np.inf)
    # Of a category that is rare every cell is far out.
    numbers = np.array([len(np.unique(column[:1000])) > 2 for column in flat.T])
    far = (apart > _FAR_OUT) & numbers
    if far.any():
        row, feature = np.unravel_index(int(np.where(numbers, apart, 0).argmax()), apart.shape)
        yield Check(
            "outliers",
            "look",
            _n(
                "{count} number lies more than {limit:.0f} usual deviations from the middle of its "
                "feature; the farthest, {far:.0f}, in {name}, training row {row}.",
                "{count:,} numbers lie more than {limit:.0f} usual deviations from the middle of "
                "their feature; the farthest, {far:.0f}, in {name}, training row {row}.",
                int(far.sum()),
                limit=_FAR_OUT,
                far=float(apart[row, feature]),
                name=_named(_names(prepared, flat.shape[1]), [int(feature)]),
                row=int(row),
            ),
        )
    else:
        yield Check("outliers", "good", _("No number lies far outside of its feature."))


def contradictions(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Rows that are alike and have different targets."""
    del prepared
    targets: dict[bytes, set[bytes]] = {}
    wanted = np.ascontiguousarray(train.target).reshape(len(train), -1)
    for row, target in zip(_listed(train.X), wanted, strict=True):
        targets.setdefault(row, set()).add(target.tobytes())
    against = sum(len(found) > 1 for found in targets.values())
    if against:
        yield Check(
            "contradictions",
            "look",
            _n(
                "{count} example stands in training with different targets: no network learns it.",
                "{count:,} examples stand in training with different targets: no network learns "
                "them.",
                against,
            ),
        )
    else:
        yield Check("contradictions", "good", _("No two rows alike have different targets."))


def classes(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Classes with few rows, and the share of the most frequent one."""
    target = prepared.target
    if not isinstance(target, Classes):
        return
    counts = np.bincount(labels_of(train.target), minlength=len(target.class_names))
    few = np.flatnonzero(counts < _FEW_ROWS)
    if len(few):
        yield Check(
            "rare_classes",
            "look",
            _n(
                "{count} class has fewer than {few} training rows: {names}.",
                "{count:,} classes have fewer than {few} training rows: {names}.",
                len(few),
                few=_FEW_ROWS,
                names=_named(list(target.class_names), few),
            ),
        )
    share = float(counts.max() / counts.sum())
    yield Check(
        "class_balance",
        "look" if share > 0.9 else "good",
        _(
            "The most frequent class, {name}, has {share:.1%} of the training rows.",
            name=shorten(target.class_names[int(counts.argmax())], 24),
            share=share,
        ),
    )


def leaks(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Features that alone tell the target: mostly because they were made of it."""
    from sklearn.model_selection import cross_val_score
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    rows = some_rows(train)
    flat = _flat(rows)
    if flat is None or flat.shape[1] > _MOST_FEATURES or len(rows) < 3 * _FEW_ROWS:
        return
    classes = prepared.target.task == "classification"
    y = labels_of(rows.target) if classes else np.asarray(rows.target, dtype=float)
    if classes and np.bincount(y).max() == len(y):
        return
    tree = (
        DecisionTreeClassifier(max_depth=6, random_state=0)
        if classes
        else DecisionTreeRegressor(max_depth=10, random_state=0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = [
            float(np.mean(cross_val_score(tree, flat[:, [n]], y, cv=3)))
            for n in range(flat.shape[1])
        ]
    constant = float(np.bincount(y).max() / len(y)) if classes else 0.0
    telling = [n for n, score in enumerate(scores) if score > max(_TELLS_ALL, constant + 0.01)]
    if telling and flat.shape[1] > 1:
        yield Check(
            "leak",
            "look",
            _n(
                "{count} feature alone tells the target ({score:.1%}): {names}. Was it known "
                "before the target was? Else leave it out.",
                "{count:,} features tell the target each alone ({score:.1%}): {names}. Were they "
                "known before the target was? Else leave them out.",
                len(telling),
                score=max(scores),
                names=_named(_names(prepared, flat.shape[1]), telling),
            ),
        )
    else:
        yield Check("leak", "good", _("No feature alone tells the target."))
