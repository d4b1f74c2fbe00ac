"""From an experiment to arrays and a network: load, split, scale, resolve everything left open.

No statistic is computed before the split, and none from anything but the training rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from axone.activations import Sigmoid, Softmax
from axone.arrays import FloatArray, IntArray, Shape
from axone.data import Dataset, Preprocessing, load_dataset, split_rows
from axone.errors import ConfigurationError, DataError, ShapeError
from axone.experiments.experiment import Experiment
from axone.experiments.schema import ExperimentData, StoppingSection
from axone.layers import BatchNorm, Dense, Dropout, Flatten, Layer
from axone.losses import LOSSES, Loss
from axone.model import Classes, Numbers, Target
from axone.network import Network

_SHARE = 0.15
_LOSS_PATIENCE = 20
_SMALLEST_BATCH, _LARGEST_BATCH, _STEPS = 8, 64, 64


@dataclass(frozen=True)
class Part:
    """Training, validation or test rows.

    Attributes
    ----------
    X : array
        Ready for the network.
    y : array
        Class numbers, or numbers in the target's own units.
    """

    X: FloatArray
    y: FloatArray

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Prepared:
    """An experiment ready to run.

    Attributes
    ----------
    experiment : Experiment
        With nothing left open: run again, it gives the same result.
    dataset : Dataset
    parts : dict of str to Part
        "train", and where there are rows, "validation" and "test".
    preprocessing : Preprocessing
    target : Target
    network : Network
    loss : Loss
    notes : tuple of str
        What was decided on the way that the user may want to know.
    """

    experiment: Experiment
    dataset: Dataset
    parts: dict[str, Part]
    preprocessing: Preprocessing
    target: Target
    network: Network
    loss: Loss
    notes: tuple[str, ...]


def prepare(experiment: Experiment) -> Prepared:
    """Load the data and build the network of an experiment.

    Raises
    ------
    DataError, ConfigurationError, ShapeError
        With the setting and the file that cannot be carried out.
    """
    dataset = load(experiment)
    rows, shares, notes = split(experiment, dataset)
    _require_calibratable(experiment, dataset, "validation" in rows)
    arranged = arrange(experiment, dataset, rows)
    parts = arranged.parts
    if "test" not in parts and shares["test"] is None and dataset.X_test is not None:
        X_test = arranged.preprocessing.transform(dataset.X_test, experiment.settings.dtype)
        assert dataset.y_test is not None  # noqa: S101 — the two come together
        parts["test"] = Part(X_test, dataset.y_test)
    return assemble(experiment, arranged, shares, notes)


@dataclass(frozen=True)
class Arranged:
    """Rows ready for networks: all of an experiment that depends on its data alone.

    Attributes
    ----------
    dataset : Dataset
    parts : dict of str to Part
    preprocessing : Preprocessing
    target : Target
    """

    dataset: Dataset
    parts: dict[str, Part]
    preprocessing: Preprocessing
    target: Target


def arrange(experiment: Experiment, dataset: Dataset, rows: Mapping[str, IntArray]) -> Arranged:
    """Scale the rows of each part by what its part "train" alone shows.

    Parameters
    ----------
    experiment : Experiment
    dataset : Dataset
    rows : mapping of str to array of int
        The row numbers of each part; "train" is one of them.

    Raises
    ------
    DataError
        The rows cannot be encoded or scaled.
    """
    settings = experiment.settings
    preprocessing = Preprocessing.fit(
        take(dataset.X, rows["train"]),
        settings.data.scaling,
        columns=settings.data.columns,
        feature_names=() if dataset.is_table else dataset.feature_names,
        is_image=dataset.is_image,
    )
    parts = {
        name: Part(
            preprocessing.transform(take(dataset.X, which), settings.dtype), dataset.y[which]
        )
        for name, which in rows.items()
    }
    target = _target(settings, dataset, dataset.y[rows["train"]])
    return Arranged(dataset, parts, preprocessing, target)


def assemble(
    experiment: Experiment,
    arranged: Arranged,
    shares: Mapping[str, float | None],
    notes: tuple[str, ...] = (),
) -> Prepared:
    """Build the network for rows that are ready, and resolve everything left open.

    Raises
    ------
    ConfigurationError
        The network or the loss does not fit the data.
    """
    dataset, preprocessing = arranged.dataset, arranged.preprocessing
    network, loss = build_network(experiment, preprocessing.feature_shape, dataset)
    rows = len(arranged.parts["train"])
    return Prepared(
        _resolved(experiment, dataset, network, loss, shares, rows),
        dataset,
        arranged.parts,
        preprocessing,
        arranged.target,
        network,
        loss,
        (*dataset.notes, *notes, *preprocessing.notes),
    )


def load(experiment: Experiment) -> Dataset:
    """Read the rows of an experiment.

    Raises
    ------
    DataError, ConfigurationError
        With the setting that names what cannot be read.
    """
    settings = experiment.settings
    try:
        return load_dataset(
            settings.data.source,
            target=settings.data.target,
            task=settings.data.task,
            beside=experiment.folder,
            seed=settings.seed,
        )
    except (DataError, ConfigurationError) as error:
        if not experiment.where:
            raise
        raise DataError(f"{experiment.place('data')}: {error}") from error


def take(X: Any, rows: IntArray) -> Any:
    """Return those rows of an array or a table."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def split(
    experiment: Experiment, dataset: Dataset
) -> tuple[dict[str, IntArray], Mapping[str, float | None], tuple[str, ...]]:
    """Return the row numbers of each part, the shares asked for, and notes."""
    settings = experiment.settings
    data = settings.data
    own_test = dataset.X_test is not None
    validation = _SHARE if data.validation is None else data.validation
    test = data.test if data.test is not None else (0.0 if own_test else _SHARE)
    divided = split_rows(
        dataset.y, dataset.task, validation=validation, test=test, seed=settings.seed
    )
    rows = {"train": divided.train, "validation": divided.validation, "test": divided.test}
    shares = {"validation": validation, "test": data.test if own_test else test}
    return {name: which for name, which in rows.items() if len(which)}, shares, divided.notes


def _require_calibratable(experiment: Experiment, dataset: Dataset, has_validation: bool) -> None:
    if experiment.settings.training.calibrate is None:
        return
    place = experiment.place("training.calibrate")
    if dataset.task == "regression":
        raise ConfigurationError(
            f"{place}: probabilities are calibrated, and {experiment.settings.data.source} is a "
            "regression, which has none: leave the setting out."
        )
    if not has_validation:
        raise ConfigurationError(
            f"{place}: the temperature is found on validation rows, and there are none: set "
            "data.validation to a share above 0, or leave the setting out."
        )


def _target(settings: ExperimentData, dataset: Dataset, y_train: FloatArray) -> Target:
    if dataset.task == "classification":
        return Classes(
            column=dataset.target_name,
            class_names=dataset.class_names,
            class_values=dataset.class_values,
        )
    columns = y_train.reshape(len(y_train), -1)
    scaler = settings.data.target_scaling.fit(columns if y_train.ndim > 1 else y_train)
    return Numbers(column=dataset.target_name, names=dataset.target_names, scaler=scaler)


def build_network(
    experiment: Experiment, input_shape: Shape, dataset: Dataset
) -> tuple[Network, Loss]:
    """Return the network and the loss that the settings ask for, checked against the data.

    Raises
    ------
    ConfigurationError
        The first layer does not fit the features, or the last one the target.
    """
    settings = experiment.settings.network
    size = int(np.prod(input_shape))
    if settings.input_size is not None and settings.input_size != size:
        raise ConfigurationError(
            f"{experiment.place('network.input_size')}: the first layer expects "
            f"{settings.input_size} features, {experiment.settings.data.source} has {size}."
        )
    outputs = _outputs(dataset)
    if settings.layers is None:
        layers = _hidden_layers(experiment.settings, len(input_shape) > 1)
        layers.append(Dense(outputs, "softmax" if dataset.task == "classification" else "identity"))
    else:
        layers = list(settings.layers)
        if len(input_shape) > 1 and isinstance(layers[0], Dense):
            layers.insert(0, Flatten())
    try:
        network = Network(*layers, input_shape=input_shape)
    except (ShapeError, ConfigurationError) as error:
        raise ConfigurationError(f"{experiment.place('network.layers')}: {error}") from error
    return network, _loss(experiment, network, dataset, outputs)


def _outputs(dataset: Dataset) -> int:
    if dataset.task == "classification":
        return len(dataset.class_names)
    return 1 if dataset.y.ndim == 1 else int(dataset.y.shape[1])


def _hidden_layers(settings: ExperimentData, flatten: bool) -> list[Layer]:
    network = settings.network
    layers: list[Layer] = [Flatten()] if flatten else []
    for units in network.hidden:
        layers.append(Dense(units, network.activation, network.initializer))
        if network.batch_norm:
            layers.append(BatchNorm())
        if network.dropout:
            layers.append(Dropout(network.dropout))
    return layers


def _loss(experiment: Experiment, network: Network, dataset: Dataset, outputs: int) -> Loss:
    """Return the loss; refuse a last layer that cannot express the target."""
    place = experiment.place("network.layers")
    source = experiment.settings.data.source
    found = network.output_shape
    _, activation = network.split_output()
    if dataset.task == "classification":
        lone_sigmoid = found == (1,) and isinstance(activation, Sigmoid) and outputs == 2
        if not lone_sigmoid and (found != (outputs,) or not isinstance(activation, Softmax)):
            allowed = f"{outputs} units with softmax" + (
                ", or 1 unit with sigmoid" if outputs == 2 else ""
            )
            raise ConfigurationError(
                f"{place}: {source} has {outputs} classes, so the last layer must have {allowed}; "
                f"found {_size(found)} with {type(activation).__name__.lower()}."
            )
        suggested = "binary_cross_entropy" if lone_sigmoid else "categorical_cross_entropy"
    else:
        if found != (outputs,) or isinstance(activation, Softmax):
            raise ConfigurationError(
                f"{place}: {source} has {_count(outputs, 'number')} to predict, so the last layer "
                f"must have {_count(outputs, 'unit')}, not softmax; found {_size(found)} with "
                f"{type(activation).__name__.lower()}."
            )
        suggested = "mse"
    given = experiment.settings.training.loss
    if given == "auto":
        return LOSSES.resolve(suggested)
    if given.task != dataset.task or (
        dataset.task == "classification" and given != LOSSES.resolve(suggested)
    ):
        raise ConfigurationError(
            f"{experiment.place('training.loss')}: {LOSSES.to_data(given)!r} does not fit a "
            f"{dataset.task} with this last layer; {suggested!r} does."
        )
    return given


def _size(shape: Shape) -> str:
    return _count(shape[0], "unit") if len(shape) == 1 else f"outputs of shape {shape}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _resolved(
    experiment: Experiment,
    dataset: Dataset,
    network: Network,
    loss: Loss,
    shares: Mapping[str, float | None],
    rows: int,
) -> Experiment:
    """Return the experiment with every open choice made."""
    settings = experiment.settings
    training = settings.training
    batch = training.batch_size if training.batch_size != "auto" else automatic_batch(rows)
    stopping = training.stopping
    if stopping is None:
        patience = _LOSS_PATIENCE if shares["validation"] else None
        stopping = StoppingSection(loss_patience=patience)
    data = settings.data.model_copy(
        update={"source": dataset.source, "task": dataset.task, **shares}
        | ({"target": dataset.target_name} if dataset.target_name else {})
    )
    complete = settings.model_copy(
        update={
            "data": data,
            "network": settings.network.model_copy(update={"layers": list(network.layers)}),
            "training": training.model_copy(
                update={"loss": loss, "batch_size": batch, "stopping": stopping}
            ),
        }
    )
    return replace(experiment, settings=complete)


def automatic_batch(rows: int) -> int:
    """Return the largest power of two that makes 64 steps an epoch, from 8 to 64 rows."""
    size = _SMALLEST_BATCH
    while size < _LARGEST_BATCH and 2 * size * _STEPS <= rows:
        size *= 2
    return size
