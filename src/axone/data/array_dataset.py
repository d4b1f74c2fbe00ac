"""Named arrays made a dataset: examples, targets, names and test rows, checked against each other.

The keys are those of an NPZ archive, wherever the arrays come from: a file, a generator, a library.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.array_examples import examples_of
from axone.data.characters import texts_of_rows
from axone.data.comparing import holds, require_both, require_classification
from axone.data.conditions import Condition, condition_of
from axone.data.dataset import Dataset, ExampleKind, TaskChoice
from axone.data.finite import require_finite
from axone.data.names import OWN_TARGETS
from axone.data.targets import USUAL_TARGETS, encode_target, is_one_hot
from axone.errors import DataError, UnknownNameError
from axone.messages import _


def make_array_dataset(
    name: str,
    arrays: Mapping[str, NDArray[Any]],
    *,
    task: TaskChoice = "auto",
    target: str | None = None,
    where: str = "",
) -> Dataset:
    """Check arrays under the keys of an archive and make a dataset of them.

    Raises
    ------
    DataError
        Lengths differ, `X` is no array of numbers, cells are not finite, fewer than two rows.
    UnknownNameError
        `target` is none of several named targets.
    """
    where = where or name
    condition = condition_of(target, _names(arrays, "target_names", where))
    if condition is not None:
        return _by_condition(name, arrays, condition, task, where)
    examples = examples_of(arrays, where)
    arrays, kind = examples.arrays, examples.kind
    X, y = _pair(arrays, "X", "y", where, kind)
    if len(X) < 2:
        raise DataError(_("{where}: X has a single row; learning needs at least two.", where=where))
    X_test, y_test = None, None
    if "X_test" in arrays or "y_test" in arrays:
        X_test, y_test = _pair(arrays, "X_test", "y_test", where, kind)
        if X_test.shape[1:] != X.shape[1:] or y_test.shape[1:] != y.shape[1:]:
            raise DataError(
                _(
                    "{where}: X_test {X_test} and y_test {y_test} do not continue X "
                    "{X} and y {y}: all axes but the first must agree.",
                    where=where,
                    X_test=X_test.shape,
                    y_test=y_test.shape,
                    X=X.shape,
                    y=y.shape,
                )
            )
    notes: tuple[str, ...] = examples.notes
    target_names = _names(arrays, "target_names", where)
    if target is not None:
        y, y_test, target_names = _one_target(y, y_test, target_names, target, where)
    feature_names = _names(arrays, "feature_names", where)
    features = 1 if kind == "text" else X.shape[2] if kind == "sequences" else X.shape[1]
    if feature_names and len(feature_names) != features:
        notes += (
            _(
                "{names} feature names for {features} features: left out",
                names=len(feature_names),
                features=features,
            ).coded("feature_names_left_out"),
        )
        feature_names = ()
    encoded = encode_target(y, task, f"{where}: y", test_values=y_test, names=target_names)
    columns = 1 if encoded.y.ndim == 1 else encoded.y.shape[1]
    numbers_named = encoded.task == "regression" and len(target_names) == columns
    return Dataset(
        name=name,
        X=X,
        y=encoded.y,
        task=encoded.task,
        X_test=X_test,
        y_test=encoded.y_test,
        feature_names=feature_names,
        class_names=encoded.class_names,
        class_values=encoded.class_values,
        target_names=target_names if numbers_named else (),
        notes=notes + encoded.notes,
        kind=kind,
        groups=examples.groups,
        spans=examples.spans,
    )


def _by_condition(
    name: str,
    arrays: Mapping[str, NDArray[Any]],
    condition: Condition,
    task: TaskChoice,
    where: str,
) -> Dataset:
    """Make a dataset of two classes: where the condition is true, and where not."""
    require_classification(condition, task, where)
    own = OWN_TARGETS.get(name)
    own_names = [*([own] if own else []), *USUAL_TARGETS]
    told = arrays_told_apart(arrays, condition, where, own_names)
    require_both(condition, told["y"], arrays["y"].reshape(-1).tolist(), where)
    classes = {"target_names": np.array(condition.class_names)}
    dataset = make_array_dataset(name, {**told, **classes}, task="classification", where=where)
    return replace(dataset, target_name=condition.text)


def arrays_told_apart(
    arrays: Mapping[str, NDArray[Any]],
    condition: Condition,
    where: str,
    own_names: Sequence[str],
) -> dict[str, NDArray[Any]]:
    """Return arrays whose targets are the truth of a condition.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Under the keys of an archive.
    condition : Condition
        On the target, or on a feature, which is then none any more.
    where : str
        The file, for messages.
    own_names : sequence of str
        What the target may be called, where there is only one and the archive does not say.

    Raises
    ------
    UnknownNameError
        The condition's name is neither the target's nor a feature's.
    """
    # Of signals and images no single number is a feature.
    are_columns = "X" in arrays and arrays["X"].ndim == 2
    features = _names(arrays, "feature_names", where) if are_columns else ()
    if condition.name in features:
        return _by_feature(arrays, condition, where, features)
    names, y = _names(arrays, "target_names", where), arrays["y"]
    # Names are those of the targets where there are as many, else those of the classes.
    columns = 1 if y.ndim == 1 or is_one_hot(y) else y.shape[1]
    targets = names if len(names) == columns else ()
    allowed = [*targets, *(own_names if columns == 1 else ())]
    if condition.name not in allowed:
        raise UnknownNameError(_("target"), condition.name, [*allowed, *features], where=where)
    column = targets.index(condition.name) if condition.name in targets else 0
    found = dict(arrays)
    for key in ("y", "y_test"):
        if key in arrays:
            values = _one_column(arrays[key], column)
            found[key] = holds(condition, values, where, () if targets else names)
    return found


def _by_feature(
    arrays: Mapping[str, NDArray[Any]], condition: Condition, where: str, features: tuple[str, ...]
) -> dict[str, NDArray[Any]]:
    """Take a feature out of the examples and the truth of a condition on it for the target."""
    found, column = dict(arrays), features.index(condition.name)
    for X, y in (("X", "y"), ("X_test", "y_test")):
        if X in arrays:
            require_finite(arrays[X], X, where)
            found[X] = np.delete(arrays[X], column, axis=1)
            found[y] = holds(condition, arrays[X][:, column], where)
    found["feature_names"] = np.delete(np.array(features), column)
    return found


def _one_column(y: NDArray[Any], column: int) -> NDArray[Any]:
    if y.ndim == 1:
        return y
    return y.argmax(axis=1) if is_one_hot(y) else y[:, column]


def _pair(
    arrays: Mapping[str, NDArray[Any]],
    examples: str,
    targets: str,
    where: str,
    kind: ExampleKind,
) -> tuple[NDArray[Any], NDArray[Any]]:
    for key in (examples, targets):
        if key not in arrays:
            raise DataError(
                _(
                    "{where} has {examples} or {targets} without the other: no {key}.",
                    where=where,
                    examples=examples,
                    targets=targets,
                    key=key,
                )
            )
    X, y = checked_examples(arrays[examples], examples, where, kind), arrays[targets]
    if y.ndim == 0 or len(y) != len(X):
        raise DataError(
            _(
                "{where}: {examples} has {rows} rows but {targets} has shape {shape}: every "
                "example needs its target.",
                where=where,
                examples=examples,
                rows=len(X),
                targets=targets,
                shape=y.shape,
            )
        )
    if y.dtype.kind not in "biufU":
        raise DataError(
            _(
                "{where}: {targets} is of type {dtype}; use numbers or text.",
                where=where,
                targets=targets,
                dtype=y.dtype,
            )
        )
    require_finite(y, targets, where)
    if y.dtype.kind == "U":
        _require_writable(map(str, np.unique(y)), targets, where)
    return X, y


def checked_examples(
    X: NDArray[Any], key: str, where: str, kind: ExampleKind = "features"
) -> NDArray[Any]:
    """Return examples with an axis of features, or say why nothing can be learnt from them."""
    if kind == "text" and X.size:
        _require_writable(texts_of_rows(X), key, where)
        return X
    if X.dtype.kind in "US":
        raise DataError(
            _(
                "{where}: {key} holds text where numbers belong ({dtype}). Encode text as "
                "numbers, or give the data as a CSV or Parquet table, whose categories are "
                "encoded.",
                where=where,
                key=key,
                dtype=X.dtype,
            )
        )
    if X.dtype.kind not in "biuf":
        raise DataError(
            _(
                "{where}: {key} is of type {dtype}; use integers or floats.",
                where=where,
                key=key,
                dtype=X.dtype,
            )
        )
    if X.size == 0 or X.ndim == 0:
        raise DataError(
            _(
                "{where}: {key} has shape {shape}: there is nothing to learn from.",
                where=where,
                key=key,
                shape=X.shape,
            )
        )
    if kind not in ("signals", "sequences"):  # whose gaps were looked at where they were arranged
        require_finite(X, key, where)
    return X[:, None] if X.ndim == 1 else X


def _names(arrays: Mapping[str, NDArray[Any]], key: str, where: str) -> tuple[str, ...]:
    names = arrays.get(key)
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind not in "Uiu":
        raise DataError(
            _(
                "{where}: {key} is of type {dtype} and shape {shape}; it must be one row of text.",
                where=where,
                key=key,
                dtype=names.dtype,
                shape=names.shape,
            )
        )
    found = tuple(str(name) for name in names.tolist())
    _require_writable(found, key, where)
    return found


def _require_writable(names: Iterable[str], key: str, where: str) -> None:
    """Refuse text that no file and no terminal can hold: half a character (a lone surrogate)."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                _(
                    "{where}: {key} holds {name!r}, with half a character that no file can hold: "
                    "write the whole one.",
                    where=where,
                    key=key,
                    name=name,
                )
            ) from error


def _one_target(
    y: NDArray[Any],
    y_test: NDArray[Any] | None,
    names: tuple[str, ...],
    target: str,
    where: str,
) -> tuple[NDArray[Any], NDArray[Any] | None, tuple[str, ...]]:
    if y.ndim != 2 or len(names) != y.shape[1]:
        raise DataError(
            _(
                "{where}: target {target!r} names a column of a table, but this file says "
                "itself what to learn, in y. Leave the target out.",
                where=where,
                target=target,
            )
        )
    if target not in names:
        raise UnknownNameError(_("target"), target, names, where=where)
    column = names.index(target)
    return y[:, column], None if y_test is None else y_test[:, column], (target,)
