"""The first part of every script: rows loaded, split and scaled, as the run's are.

By Axone, or where the rows come with scikit-learn, by scikit-learn alone, to the same rows.
"""

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from axone.code.writing import call, comment, described, named, value
from axone.data import Dataset, NoScaling, Standard
from axone.data.builtin import BUILT_IN
from axone.data.dataset import kind_of_examples
from axone.data.generated import GENERATED
from axone.experiments import Prepared
from axone.experiments.description import IN_MEMORY
from axone.messages import Message, _
from axone.model import Numbers
from axone.presets import find_preset
from axone.registry import plain

PARTS = ("train", "validation", "test")


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what of the rows no script can express; the experiment file can."""
    settings = prepared.experiment.settings
    found: list[Message] = []
    if settings.data.task in ("reconstruction", "generation"):
        found.append(_("the task {task}", task=settings.data.task))
    if settings.network.start_from is not None:
        found.append(_("a network that begins with a model (start_from)"))
    preset = settings.network.preset
    if preset is not None and find_preset(preset).features(prepared.dataset.reader) is not None:
        found.append(_("the features that the preset {name} makes of windows", name=preset))
    if settings.training.label_smoothing:
        found.append(_("the smoothing of labels"))
    return tuple(found)


def in_memory(prepared: Prepared) -> bool:
    """Whether the rows came through standard input, from where no script can read them again."""
    return bool(prepared.experiment.settings.data.source == IN_MEMORY)


def last_part(prepared: Prepared) -> str:
    """Return the part that a script measures at its end."""
    return next(name for name in reversed(PARTS) if name in prepared.parts)


def comes_with_scikit_learn(prepared: Prepared) -> bool:
    """Whether scikit-learn alone brings the same rows: one of its own tables, scaled as it does."""
    data, dataset = prepared.experiment.settings.data, prepared.dataset
    known = (Standard(), NoScaling())
    if data.source not in BUILT_IN or data.options or data.scaling not in known:
        return False
    if dataset.task == "regression" and data.target_scaling not in known:
        return False
    uneven = {"not_stratified", "part_without_rows"}
    if uneven & {getattr(note, "code", None) for note in prepared.notes}:
        return False
    # A file of that name may lie in the data home, and a target be of another making.
    loaded = getattr(importlib.import_module("sklearn.datasets"), f"load_{data.source}")()
    return np.array_equal(loaded.data, dataset.X) and np.array_equal(loaded.target, dataset.y)


def imports(prepared: Prepared, *, alone: bool) -> list[str]:
    """Return the import lines that `source` needs."""
    data = prepared.experiment.settings.data
    if alone:
        found = [f"from sklearn.datasets import load_{data.source}"]
        if len(prepared.parts) > 1:
            found.append("from sklearn.model_selection import train_test_split")
        if isinstance(data.scaling, Standard) or _scales_target(prepared):
            found.append("from sklearn.preprocessing import StandardScaler")
        return found
    names = ["load_dataset", "split_rows", "Preprocessing"]
    if _scales_target(prepared):
        names.append(type(data.target_scaling).__name__)
    if _table_options(prepared):
        names.append("TableOptions")
    in_order = sorted(names, key=lambda name: (name[0].islower(), name))
    return [f"from axone.data import {', '.join(in_order)}"]


def source(prepared: Prepared, *, alone: bool) -> str:
    """Return the lines that make `X_train`, `y_train` and what is like them of the other parts.

    Parameters
    ----------
    prepared : Prepared
    alone : bool
        Whether by scikit-learn alone; see `comes_with_scikit_learn`.
    """
    about = _("The rows of the run: the same parts, scaled by what its training rows show.")
    lines = _of_scikit_learn(prepared) if alone else _of_axone(prepared)
    return "\n".join((comment(about), *lines))


def _scales_target(prepared: Prepared) -> bool:
    if not isinstance(prepared.target, Numbers):
        return False
    return not isinstance(prepared.experiment.settings.data.target_scaling, NoScaling)


def _of_axone(prepared: Prepared) -> Iterator[str]:
    settings, dataset = prepared.experiment.settings, prepared.dataset
    data, parts = settings.data, [name for name in PARTS if name in prepared.parts]
    yield call("load_dataset", _loading(prepared), "dataset = ")
    split = ["dataset.y", "dataset.task"]
    split += named(validation=data.validation or 0.0, test=data.test or 0.0, seed=settings.seed)
    split += [f"{n}=dataset.{n}" for n in ("groups", "spans") if getattr(dataset, n) is not None]
    yield call("split_rows", split, "rows = ")
    yield call("Preprocessing.fit", _fitting(prepared), "preprocessing = ")
    inputs, targets = {}, {}
    for name in parts:
        own = prepared.parts[name].numbers is None
        inputs[name] = "dataset.X_test" if own else _taken(dataset, f"rows.{name}")
        targets[name] = "dataset.y_test" if own else f"dataset.y[rows.{name}]"
    dtype = [] if settings.dtype == "float32" else [value(settings.dtype)]
    for name in parts:
        yield call("preprocessing.transform", [inputs[name], *dtype], f"X_{name} = ")
    if _scales_target(prepared):
        kind = described(data.target_scaling, room="")
        yield f"target_scaler = {kind}.fit({targets['train']})"
    for name in parts:
        if _scales_target(prepared):
            yield f'y_{name} = target_scaler.transform({targets[name]}, "float64")'
        else:
            yield f"y_{name} = {targets[name]}"
    for name in parts:
        if prepared.parts[name].mask is not None:
            yield f"mask_{name} = preprocessing.mask({inputs[name]})"


def _loading(prepared: Prepared) -> list[str]:
    settings = prepared.experiment.settings
    data, table = settings.data, _table_options(prepared)
    words = [value(data.source)]
    if data.target is not None:
        words += named(target=data.target)
    known = BUILT_IN.get(data.source)
    if known is None or data.target is not None or known.task != data.task:
        words += named(task=data.task)
    if table:
        words.append(call("TableOptions", named(**table), "table="))
    if prepared.dataset.source in GENERATED:
        words += named(seed=settings.seed)
    if data.options:
        words += named(options=data.options)
    return words


def _table_options(prepared: Prepared) -> dict[str, Any]:
    data = prepared.experiment.settings.data
    given: dict[str, Any] = {"columns": data.columns, "missing": data.missing}
    given |= {"query": data.query, "sheet": data.sheet}
    return {name: plain(setting) for name, setting in given.items() if setting}


def _fitting(prepared: Prepared) -> list[str]:
    data, dataset = prepared.experiment.settings.data, prepared.dataset
    words = [_taken(dataset, "rows.train"), value(plain(data.scaling))]
    if data.columns:
        words += named(columns=data.columns)
    if data.missing:
        words += named(missing=data.missing)
    if dataset.read is not None:
        words.append("read=dataset.read")
    if not dataset.is_table and dataset.kind != kind_of_examples(dataset.X):
        words.append("kind=dataset.kind")
    if dataset.reader is not None:
        words.append("reader=dataset.reader")
    return words


def _taken(dataset: Dataset, rows: str) -> str:
    return f"dataset.X.iloc[{rows}]" if hasattr(dataset.X, "iloc") else f"dataset.X[{rows}]"


def _of_scikit_learn(prepared: Prepared) -> Iterator[str]:
    settings, parts = prepared.experiment.settings, prepared.parts
    yield f"X, y = load_{settings.data.source}(return_X_y=True)"
    classes = prepared.dataset.task == "classification"
    taken = [name for name in reversed(PARTS[1:]) if name in parts]
    # As Axone does it: first the test rows are taken off, then those for validation.
    for name in taken:
        words = ["X", "y", f"test_size={len(parts[name])}"]
        words += named(random_state=settings.seed % 2**32)
        words += ["stratify=y"] if classes else []
        rest = "_train" if name == taken[-1] else ""
        yield call("train_test_split", words, f"X{rest}, X_{name}, y{rest}, y_{name} = ")
    if not taken:
        yield "X_train, y_train = X, y"
    present = [name for name in PARTS if name in parts]
    if isinstance(settings.data.scaling, Standard):
        yield "scaler = StandardScaler().fit(X_train)"
        for name in present:
            yield f"X_{name} = scaler.transform(X_{name})"
    if _scales_target(prepared):
        yield "target_scaler = StandardScaler().fit(y_train.reshape(-1, 1))"
        for name in present:
            yield f"y_{name} = target_scaler.transform(y_{name}.reshape(-1, 1)).ravel()"
