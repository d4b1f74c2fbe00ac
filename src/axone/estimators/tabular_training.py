"""How the tabular estimators train: their common parameters, and the networks that these make.

The defaults follow "Better by Default" (Holzmüller, Grinsztajn & Steinwart, NeurIPS 2024): what
pays there and pays here too is taken, within seconds on one core.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from axone.activations import ActivationFunction
from axone.bounds import MOST_MEMBERS, MOST_UNITS
from axone.checks import checked_sizes
from axone.data import ColumnChoice, Examples, Preprocessing, Task, split_rows
from axone.estimators.diagnosed import Diagnosed
from axone.estimators.settings import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    COUNT,
    UNITS,
    CheckedParameters,
    Constraints,
    constraints_of,
    trainer_settings,
)
from axone.layers import Dense, Dropout, Layer
from axone.losses import LOSSES
from axone.messages import _
from axone.model import Model, Target
from axone.network import Network
from axone.optimizers import AdamW
from axone.training import Trainer, TrainingResult, fit_many

if TYPE_CHECKING:
    from pandas import DataFrame

_FEWEST_VALIDATION_ROWS = 20
"""The best epoch of fewer rows is chance: then all rows are trained on, to the last epoch."""

_VISITS = 1_500_000
"""Rows that a network sees in a run with "auto" epochs: however large the table, so many."""

_FEWEST_STEPS = 1500
"""Of a run: a table of some hundred rows makes few steps an epoch, and needs the more epochs."""

TABULAR_CONSTRAINTS: Constraints = {
    "hidden_layer_sizes": ["array-like", UNITS],
    "activation": [str, dict, ActivationFunction, callable],
    "bins": [Interval(Integral, 0, MOST_UNITS, closed="both")],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "learning_rate": [ABOVE_ZERO],
    "weight_decay": [AT_LEAST_ZERO],
    "max_epochs": [StrOptions({"auto"}), COUNT],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "n_networks": [Interval(Integral, 1, MOST_MEMBERS, closed="both")],
    "columns": [dict, None],
    "missing": ["array-like"],
    "random_state": ["random_state"],
    **constraints_of("batch_size", "threads", "engine"),
}

SAID_OTHERWISE: Mapping[str, str] = {
    "network": "made of the table's columns and the parameters of the layers",
    "loss": "the task's",
    "optimizer": "AdamW, of `learning_rate` and `weight_decay`",
    "batch_size": "by the number of rows where it is 'auto'",
    "drop_last": "never: tables are small enough for every row to count in every epoch",
    "schedule": "half a cosine, from `learning_rate` to 0",
    "l1": "none: `weight_decay` and `dropout` keep the weights in bounds",
    "l2": "none: `weight_decay` and `dropout` keep the weights in bounds",
    "clip_value": "none: inputs are clipped, and AdamW's steps have a length of their own",
    "clip_norm": "none: inputs are clipped, and AdamW's steps have a length of their own",
    "augmentation": "none: a table's columns have no neighbours",
    "frozen": "none: estimators begin with weights of their own; `axone.transfer` with learnt ones",
    "dtype": "the trainer's own, float32; the model predicts in float64",
    "threads": "of the networks side by side, where there are several",
    "seed": "one a network, drawn from `random_state`",
    "shuffle": "always",
    "measures": "the trainer's own: `histories_` hold what is recorded by default",
}
"""The settings of the trainer that `TabularParameters` do not hand over by name, and what each is
made of instead. There are few parameters, for the first fit is to be a fair answer."""


@dataclass(eq=False, repr=False)
class TabularParameters(CheckedParameters, Diagnosed):
    """The parameters that classifier and regressor share; they describe them."""

    hidden_layer_sizes: int | Sequence[int] = (128, 128, 128)
    activation: Any = "swish"
    _: KW_ONLY
    bins: int = 16
    dropout: float = 0.05
    learning_rate: float = 0.002
    weight_decay: float = 0.0
    batch_size: int | str = "auto"
    max_epochs: int | str = "auto"
    validation_fraction: float = 0.1
    n_networks: int = 2
    columns: Mapping[str, ColumnChoice] | None = None
    missing: Sequence[str] = ()
    threads: int | None = Trainer.threads
    engine: str = Trainer.engine
    random_state: Any = None


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is to be learnt of a table.

    Attributes
    ----------
    table : pandas.DataFrame of m rows
    learnt : ndarray of shape (m, n_outputs)
        The target as the loss takes it.
    strata : ndarray of shape (m,) or (m, n)
        Class numbers, by which validation rows are chosen; for regression anything.
    weight : ndarray of shape (m,) or None
    task : {"classification", "regression"}
    target : Target
        From the networks' outputs to predictions.
    """

    table: "DataFrame"
    learnt: NDArray[Any]
    strata: NDArray[Any]
    weight: NDArray[Any] | None
    task: Task
    target: Target

    @property
    def loss(self) -> str:
        """By which it is learnt."""
        return "categorical_cross_entropy" if self.task == "classification" else "mse"

    @property
    def output(self) -> Dense:
        """The last layer: a softmax unit a class, of two classes too, or a unit a number."""
        ending = "softmax" if self.task == "classification" else "identity"
        return Dense(self.learnt.shape[1], ending)


def train_networks(
    parameters: TabularParameters, lesson: Lesson
) -> tuple[Model, list[TrainingResult]]:
    """Train so many networks as the parameters say; return the model of all, and how each went."""
    random = check_random_state(parameters.random_state)
    seeds = random.randint(2**31 - 1, size=parameters.n_networks + 1).tolist()
    features = Preprocessing.fit_robust(
        lesson.table,
        columns=parameters.columns,
        missing=parameters.missing,
        most_bins=parameters.bins,
        random=np.random.default_rng(seeds.pop()),
    )
    examples = Examples(features.transform(lesson.table), lesson.learnt, lesson.weight)
    layers = _hidden_layers(parameters)
    network = Network(*layers, lesson.output, input_shape=features.feature_shape)
    trains, validations = _parts(parameters, lesson, examples, seeds)
    rows = len(trains[0])
    results = fit_many(
        [_trainer(parameters, network, lesson.loss, rows, seed, len(seeds)) for seed in seeds],
        trains,
        validations,
        threads=parameters.threads,
        max_epochs=epochs(parameters, rows),
    )
    _warn_of_divergence(results)
    model = Model(
        network,
        tuple(result.parameters for result in results),
        LOSSES.resolve(lesson.loss),
        features,
        lesson.target,
        engine=results[0].engine,
        # Lest a row's last digits depend on the rows that stand beside it.
        precision="float64",
    )
    return model, results


def _hidden_layers(parameters: TabularParameters) -> list[Layer]:
    layers: list[Layer] = []
    given = parameters.hidden_layer_sizes
    for units in checked_sizes("hidden_layer_sizes", given):
        layers.append(Dense(units, parameters.activation))
        if parameters.dropout > 0:
            layers.append(Dropout(parameters.dropout))
    return layers


def _trainer(
    parameters: TabularParameters, network: Network, loss: str, rows: int, seed: int, networks: int
) -> Trainer:
    return Trainer(
        network,
        loss=loss,
        optimizer=AdamW(
            parameters.learning_rate, beta_2=0.95, weight_decay=parameters.weight_decay
        ),
        schedule="cosine",
        batch_size=rows_of_a_batch(parameters, rows),
        threads=parameters.threads if networks == 1 else 1,
        seed=seed,
        **trainer_settings(parameters, SAID_OTHERWISE),
    )


def _parts(
    parameters: TabularParameters, lesson: Lesson, examples: Examples, seeds: Sequence[int]
) -> tuple[list[Any], list[Any] | None]:
    """Return the rows that each network is trained on, and those that choose its best epoch."""
    fraction = parameters.validation_fraction
    if round(fraction * len(examples)) < _FEWEST_VALIDATION_ROWS:
        return [examples] * len(seeds), None
    splits = [
        split_rows(lesson.strata, lesson.task, validation=fraction, test=0, seed=seed)
        for seed in seeds
    ]
    trains = [examples.rows(split.train) for split in splits]
    return trains, [examples.rows(split.validation) for split in splits]


def rows_of_a_batch(parameters: TabularParameters, rows: int) -> int:
    """Return how many rows a step sees: "auto" is the power of two nearest to √rows, 32 to 512."""
    if isinstance(parameters.batch_size, Integral):
        return int(parameters.batch_size)
    return int(2 ** np.clip(np.round(np.log2(rows) / 2), 5, 9))


def epochs(parameters: TabularParameters, rows: int) -> int:
    """Return how often the rows are gone through; see `TabularClassifier` for "auto"."""
    if isinstance(parameters.max_epochs, Integral):
        return int(parameters.max_epochs)
    steps = -(-rows // min(rows_of_a_batch(parameters, rows), rows))
    most = np.clip(_VISITS // rows, 6, 30)
    return int(max(most, -(-_FEWEST_STEPS // steps)))


def _warn_of_divergence(results: Sequence[TrainingResult]) -> None:
    diverged = [result for result in results if result.diverged]
    if diverged:
        warnings.warn(
            _(
                "{diverged} of {networks} networks diverged in epoch {epoch}; the weights "
                "before that are kept. Lower learning_rate.",
                diverged=len(diverged),
                networks=len(results),
                epoch=diverged[0].epochs + 1,
            ),
            ConvergenceWarning,
            stacklevel=5,
        )
