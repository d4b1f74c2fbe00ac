"""The folds of a search, kept for all trials that share them."""

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache

from axone.data import Dataset
from axone.experiments import Experiment
from axone.experiments.folds import Folds, make_folds
from axone.experiments.preparation import load

_LOCK = threading.Lock()


@dataclass(frozen=True)
class _Request:
    """What decides the folds, for comparison, and the experiment that tells how to make them."""

    key: str
    cv: int
    experiment: Experiment = field(compare=False)


def folds_of(experiment: Experiment, cv: int) -> Folds:
    """Return the folds of an experiment, made once for all experiments on the same data.

    Parameters
    ----------
    experiment : Experiment
    cv : int
        How many; 1 trains on the training rows and judges by the validation rows.

    Raises
    ------
    DataError
        The data cannot be read, or are too few.
    ConfigurationError
        One fold, but no validation rows.
    """
    settings = experiment.settings
    key = json.dumps(
        [str(experiment.folder), settings.data.model_dump(), settings.seed], default=repr
    )
    with _LOCK:
        return _folds(_Request(key + settings.dtype, cv, experiment))


def forget_folds() -> None:
    """Let go of the rows that are kept."""
    _folds.cache_clear()
    _dataset.cache_clear()


@lru_cache(maxsize=4)
def _folds(request: _Request) -> Folds:
    return make_folds(request.experiment, dataset_of(request.experiment), request.cv)


def dataset_of(experiment: Experiment) -> Dataset:
    """Return the rows of an experiment, read once for all experiments on the same source."""
    data = experiment.settings.data
    named = [data.source, data.options, data.target, data.task, experiment.settings.seed]
    source = json.dumps([str(experiment.folder), *named], default=repr)
    return _dataset(_Request(source, 0, experiment))


@lru_cache(maxsize=1)
def _dataset(request: _Request) -> Dataset:
    return load(request.experiment)
