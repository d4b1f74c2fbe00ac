"""Runs whose target is their input: autoencoders, which need no labels.

Rows that have labels keep them aside, for the colours of the map of codes; they are split by them,
and never learnt.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.checks import as_array
from axone.data import Dataset, Preprocessing, TableOptions, read_rows
from axone.data.dataset import TaskChoice
from axone.data.frames import as_frame, is_frame
from axone.data.sources import is_stream, source_name
from axone.errors import ConfigurationError
from axone.experiments.schema import ExperimentData
from axone.messages import _
from axone.model import RECONSTRUCTION, Inputs
from axone.presets import AUTOENCODER


def gives_back(settings: ExperimentData) -> bool:
    """Whether an experiment's network is to give its inputs back."""
    return settings.data.task == RECONSTRUCTION or settings.network.preset == AUTOENCODER.name


def task_of_labels(settings: ExperimentData) -> TaskChoice:
    """Return what the target of a source is, which for an autoencoder is whatever it is."""
    task = settings.data.task
    return "auto" if task == "reconstruction" or task == "generation" else task  # noqa: PLR1714


def inputs_of(preprocessing: Preprocessing, place: str) -> Inputs:
    """Return the target of a network that gives back what it is given.

    Raises
    ------
    ConfigurationError
        It is given tokens, whose numbers say nothing of how near they are.
    """
    if preprocessing.layout.tokens:
        raise ConfigurationError(
            _(
                "{place}: the rows are tokens or texts, and an autoencoder gives numbers back: "
                "leave the setting out.",
                place=place,
            )
        )
    return Inputs(shape=preprocessing.feature_shape)


def aimed(dataset: Dataset, target: Inputs) -> Dataset:
    """Return the dataset as one whose rows are to be told by as many numbers as they have."""
    numbers = int(np.prod(target.shape, dtype=np.int64))
    y = np.broadcast_to(np.float64(0), (len(dataset.y), numbers))
    return replace(dataset, y=y, task="regression", target_names=())


def unlabelled(rows: Any, name: str = "rows", source: str = "") -> Dataset:
    """Return rows without any target as a dataset.

    Parameters
    ----------
    rows : array of m examples, or pandas or polars frame
    name, source : str
        As of `Dataset`.

    Raises
    ------
    DataError
        They are no rows that a network could be given.
    """
    X = as_frame(rows, name) if is_frame(rows) else as_array(rows, "X")
    return Dataset(name, X, np.zeros(len(X)), "regression", source=source)


def read_unlabelled(source: str, table: TableOptions, beside: Path | None) -> Dataset | None:
    """Read a file of rows without a target; None if there is no such file.

    Raises
    ------
    DataError
        It is damaged, or holds no rows.
    """
    if is_stream(source):
        return None
    paths = [folder / Path(source).expanduser() for folder in (beside or Path(), Path())]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return None
    rows = read_rows(path, table)
    dataset = unlabelled(rows.X, source_name(path), str(path.resolve()))
    return replace(dataset, notes=rows.notes)
