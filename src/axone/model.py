"""A trained model: network, weights, preprocessing and the meaning of its outputs, in one file.

The file is safetensors: arrays, and everything else as JSON in the metadata. Nothing in it is ever
executed, so that a model from a stranger can at worst be wrong.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from axone.arrays import DType, FloatArray, IntArray
from axone.calibration import find_temperature
from axone.checks import check_number
from axone.data import Examples, Preprocessing, Scaler, cell_text
from axone.engines import Recipe, ReferenceEngine
from axone.errors import ConfigurationError, DataError, ModelFileError
from axone.files import read_tensors, write_atomically
from axone.losses import LOSSES, Head, Loss
from axone.metrics import predicted_labels
from axone.network import Network
from axone.optimizers import SGD
from axone.parameters import Parameters
from axone.registry import plain

_FORMAT = "axone-model-1"


@dataclass(frozen=True)
class Target:
    """What a model predicts.

    Attributes
    ----------
    task : {"classification", "regression"}
    column : str
        The target's column in a table; empty for arrays.
    class_names : tuple of str
        In the order of the class numbers; empty for a regression.
    class_values : tuple of str
        The labels as the data file writes them, in the same order.
    names : tuple of str
        Of the predicted numbers; empty for classes or where nothing is known.
    scaler : Scaler or None
        Of the predicted numbers.
    """

    task: Literal["classification", "regression"]
    column: str = ""
    class_names: tuple[str, ...] = ()
    class_values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    scaler: Scaler | None = None

    def scaled(self, y: FloatArray) -> FloatArray:
        """Return the target as the network learns it."""
        return y if self.scaler is None else self.scaler.transform(y, "float64")

    def encode(self, labels: Any) -> IntArray:
        """Turn labels, as a data file writes them, into class numbers.

        Raises
        ------
        DataError
            A label that the model does not know.
        """
        words = [cell_text(label) for label in np.asarray(labels).tolist()]
        for known in (self.class_values, self.class_names):
            number = {word: index for index, word in enumerate(known)}
            unknown = sorted(set(words) - set(number))
            if not unknown:
                return np.asarray([number[word] for word in words], dtype=np.int64)
        raise DataError(
            f"The model does not know the class {unknown[0]!r}: it was trained on "
            f"{', '.join(self.class_names[:20])}."
        )

    def to_data(self) -> dict[str, Any]:
        """Describe the target as JSON holds it."""
        return {
            "task": self.task,
            "column": self.column,
            "class_names": list(self.class_names),
            "class_values": list(self.class_values),
            "names": list(self.names),
            "scaler": None if self.scaler is None else self.scaler.to_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Target":
        """Rebuild what `to_data` described."""
        if data["task"] not in ("classification", "regression"):
            raise ModelFileError(f"unknown task {data['task']!r}")
        words = {
            name: tuple(str(word) for word in data[name])
            for name in ("class_names", "class_values", "names")
        }
        scaler = None if data["scaler"] is None else Scaler.from_data(data["scaler"])
        return cls(data["task"], str(data["column"]), scaler=scaler, **words)


@dataclass(frozen=True)
class Model:
    """Everything that turns raw rows into predictions.

    Attributes
    ----------
    network : Network
    parameters : Parameters
    loss : Loss
        That it was trained with, for `axone evaluate`.
    preprocessing : Preprocessing
        From raw rows to the network's inputs.
    target : Target
    temperature : float, default 1
        What the logits are divided by before they become probabilities; see `calibrated`.

    Raises
    ------
    ConfigurationError
        The temperature is not above 0, or is another than 1 where there are no probabilities.
    """

    network: Network
    parameters: Parameters
    loss: Loss
    preprocessing: Preprocessing
    target: Target
    temperature: float = 1.0

    def __post_init__(self) -> None:
        check_number("temperature", self.temperature, above=0)
        if self.temperature != 1 and self.target.task != "classification":
            raise ConfigurationError("A model of numbers has no probabilities, and no temperature.")

    @property
    def dtype(self) -> DType:
        """The precision of the weights, in which predictions are computed."""
        return "float64" if self.parameters.vector.dtype == np.float64 else "float32"

    def outputs(self, X: Any) -> FloatArray:
        """Return the network's outputs for raw rows: an array, or a table with named columns."""
        return self.forward(self.preprocessing.transform(X, self.dtype))

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Return the network's outputs for rows as the network takes them, already scaled."""
        if self.temperature == 1:
            return self.network.predict(self.parameters, inputs)
        _, activation = self.network.split_output()
        return activation.value(self._cooled(self.logits(inputs)))

    def logits(self, inputs: FloatArray) -> FloatArray:
        """Return what the output activation would be given, before the temperature."""
        body, _ = self.network.split_output()
        return Network(*body, input_shape=self.network.input_shape).predict(self.parameters, inputs)

    def _cooled(self, logits: FloatArray) -> FloatArray:
        return logits / logits.dtype.type(self.temperature)

    def calibrated(self, inputs: FloatArray, y: Any) -> "Model":
        """Return the model with the temperature that makes its probabilities most honest.

        Parameters
        ----------
        inputs : array of shape (m, ...)
            Rows as the network takes them, best of all those that decided when to stop training.
        y : array of int, shape (m,)
            Their class numbers.

        Returns
        -------
        Model
            With the `temperature` of the least log loss on those rows (Guo et al. 2017), which
            `find_temperature` describes. The predicted classes stay the same.

        Raises
        ------
        DataError
            The model predicts numbers, or there is no row to learn from.
        """
        self._require_classes()
        return replace(self, temperature=find_temperature(self.logits(inputs), y))

    def _require_classes(self) -> None:
        if self.target.task != "classification":
            raise DataError("This model predicts numbers, not classes: it has no probabilities.")

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (m, classes).

        Raises
        ------
        DataError
            The model predicts numbers.
        """
        self._require_classes()
        return class_probabilities(self.outputs(X))

    def predict(self, X: Any) -> Any:
        """Return class names (m,), or numbers in the target's units, (m,) or (m, outputs)."""
        outputs = self.outputs(X)
        if self.target.task == "classification":
            return np.asarray(self.target.class_names)[predicted_labels(outputs)]
        return self.in_units(outputs)

    def evaluate(self, inputs: FloatArray, target: FloatArray) -> tuple[float, FloatArray]:
        """Return the mean loss and the outputs for rows as the network learns them."""
        prepared = self.loss.prepare(target, self.network.output_shape, self.dtype)
        if self.temperature != 1:
            head = Head(self.network.split_output()[1], self.loss)
            logits = self._cooled(self.logits(inputs))
            outputs = head.predict(logits)
            return float(head.rows(logits, outputs, prepared).mean()), outputs
        recipe = Recipe(self.network, self.loss, SGD(), dtype=self.dtype)
        plan = ReferenceEngine().compile(recipe)
        return plan.evaluate(self.parameters, Examples(inputs, prepared))

    def in_units(self, outputs: FloatArray) -> FloatArray:
        """Return a regression's outputs in the target's own units; one column is squeezed."""
        flat = outputs[:, 0] if outputs.shape[1:] == (1,) else outputs
        return flat if self.target.scaler is None else self.target.scaler.inverse(flat)


def class_probabilities(outputs: FloatArray) -> FloatArray:
    """Return one column a class; a lone sigmoid output p becomes (1 − p, p)."""
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def save(model: Model, path: str | Path) -> None:
    """Write a model to a safetensors file, replacing an older one only when it is complete.

    Raises
    ------
    ConfigurationError
        The network holds an activation or layer of a class of your own, which no file can name.
    DataError
        The folder cannot be written to.
    """
    from safetensors.numpy import save as to_bytes

    described = {
        "network": model.network.to_data(),
        "loss": plain(model.loss),
        "preprocessing": model.preprocessing.to_data(),
        "target": model.target.to_data(),
        "temperature": model.temperature,
    }
    # In one entry: safetensors writes several in an order that changes from process to process.
    metadata = {_FORMAT: json.dumps(described)}
    arrays = {name: np.ascontiguousarray(array) for name, array in model.parameters.items()}
    write_atomically(Path(path), to_bytes(arrays, metadata))


def load(path: str | Path) -> Model:
    """Read a model that `save` wrote.

    Raises
    ------
    ModelFileError
        Missing, damaged, or not a model of Axone's.
    """
    path = Path(path)
    metadata, arrays = read_tensors(path, "model")
    if _FORMAT not in metadata:
        raise ModelFileError(f"{path} is a safetensors file, but not a model of Axone's.")
    try:
        return _rebuild(json.loads(metadata[_FORMAT]), arrays)
    except KeyError as error:
        raise ModelFileError(f"{path} is a damaged model: {error} is missing.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{path} is a damaged model: {error}") from error


def _rebuild(described: Mapping[str, Any], arrays: Mapping[str, FloatArray]) -> Model:
    network = Network.from_data(described["network"])
    shapes, wanted = {name: array.shape for name, array in arrays.items()}, network.layout.shapes
    # Compared before anything of the described size is made: the sizes are a stranger's.
    for name in sorted({*shapes, *wanted}):
        if shapes.get(name) != wanted.get(name):
            raise ValueError(
                f"array {name!r} has shape {shapes.get(name, 'none')} instead of "
                f"{wanted.get(name, 'none')}"
            )
    dtype: DType = "float32"
    for array in arrays.values():
        if array.dtype not in (np.float32, np.float64):
            raise ValueError(f"its weights are {array.dtype}, not floating-point numbers")
        dtype = "float64" if array.dtype == np.float64 else "float32"
    blank = Parameters(network.layout, np.zeros(network.layout.size, dtype=dtype))
    model = Model(
        network,
        blank.replaced(arrays),
        LOSSES.resolve(described["loss"]),
        Preprocessing.from_data(described["preprocessing"]),
        Target.from_data(described["target"]),
        # Models of before there were temperatures have none.
        described.get("temperature", 1.0),
    )
    _require_consistent(model)
    return model


def _require_consistent(model: Model) -> None:
    """Refuse parts that do not fit together, before anything is predicted with them."""
    network, target = model.network, model.target
    if model.preprocessing.feature_shape != network.input_shape:
        raise ValueError(
            f"the preprocessing gives examples of shape {model.preprocessing.feature_shape}, the "
            f"network takes {network.input_shape}"
        )
    if model.loss.task != target.task:
        raise ValueError(f"a loss for {model.loss.task} with a target for {target.task}")
    if target.task == "regression":
        return
    classes, outputs = len(target.class_names), network.output_shape
    if outputs != (classes,) and (outputs, classes) != ((1,), 2):
        raise ValueError(f"{classes} class names for outputs of shape {outputs}")
    if len(target.class_values) not in (0, classes):
        raise ValueError(f"{len(target.class_values)} class values for {classes} class names")
