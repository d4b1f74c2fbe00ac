"""Model files: safetensors with a checksum, arrays, and everything else as JSON in the metadata.

Nothing in them is ever executed, so that a model from a stranger can at worst be wrong. Files that
earlier versions wrote are read too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from axone.activations import Sigmoid, Softmax
from axone.arrays import DType
from axone.bounds import MOST_MEMBERS
from axone.data import Preprocessing
from axone.data.beginnings import Beginnings
from axone.data.plain_data import PlainData, read_data
from axone.errors import ArgumentTypeError, ModelFileError
from axone.files import read_tensors, write_tensors
from axone.losses import LOSSES
from axone.messages import _, all_of
from axone.model.earlier import (
    FIRST_FORMAT,
    SECOND_FORMAT,
    from_first_format,
    from_second_format,
)
from axone.model.model import Model
from axone.model.targets import NextCharacter, Target
from axone.network import Network
from axone.parameters import Layout, Parameters
from axone.registry import plain

FORMAT = "axone-model-3"


@dataclass(frozen=True)
class _ModelData(PlainData):
    """The header of a model file; parts that describe themselves are read by their own rooms."""

    network: "_NetworkData"
    members: int
    loss: Any
    preprocessing: Any
    target: Any
    temperature: float
    engine: Literal["auto", "native", "reference"]
    precision: Literal["float32", "float64"] | None


@dataclass(frozen=True)
class _NetworkData(PlainData):
    input_shape: tuple[int, ...]
    layers: tuple[Any, ...]
    layer_names: tuple[str, ...] = ()


def save(model: Any, path: str | Path) -> None:
    """Write a model to a safetensors file, replacing an older one only when it is complete.

    Parameters
    ----------
    model : Model, or an estimator that is fitted
        Of an estimator its `model_` is written: what it predicts, not how it is trained.
    path : str or Path

    Raises
    ------
    ConfigurationError
        The network holds an activation or layer of a class of your own, which no file can name, or
        the classes are of a type that no file holds.
    ArgumentTypeError
        An estimator that is not fitted, or something else.
    DataError
        The folder cannot be written to.
    """
    fitted = model if isinstance(model, Model) else getattr(model, "model_", None)
    if not isinstance(fitted, Model):
        raise ArgumentTypeError(
            _(
                "Only a Model or a fitted estimator can be saved, not {found!r}: call fit before.",
                found=model,
            )
        )
    described = {
        "network": fitted.network.to_data(),
        "members": len(fitted.members),
        "loss": plain(fitted.loss),
        "preprocessing": fitted.preprocessing.to_data(),
        "target": fitted.target.to_data(),
        "temperature": fitted.temperature,
        "engine": fitted.engine,
        "precision": fitted.precision,
    }
    arrays = {
        f"{number}/{name}": array
        for number, parameters in enumerate(fitted.members)
        for name, array in parameters.items()
    }
    write_tensors(Path(path), arrays, {FORMAT: json.dumps(described)})


def load(path: str | Path) -> Model:
    """Read a model that `save` wrote, of an estimator or of `axone train`.

    Returns
    -------
    Model
        Whose predictions are those of what was saved, to the bit on the same machine.

    Raises
    ------
    ModelFileError
        Missing, damaged, or not a model of Axone's.
    """
    path = Path(path)
    metadata, arrays = read_tensors(path, _("model"))
    try:
        if FORMAT in metadata:
            return _rebuilt(json.loads(metadata[FORMAT]), arrays)
        if SECOND_FORMAT in metadata:
            return _rebuilt(from_second_format(json.loads(metadata[SECOND_FORMAT])), arrays)
        if FIRST_FORMAT in metadata:
            header, arrays = from_first_format(json.loads(metadata[FIRST_FORMAT]), arrays)
            return _rebuilt(from_second_format(header), arrays)
    except KeyError as error:
        raise ModelFileError(
            _("{path} is a damaged model: {error} is missing.", path=path, error=error)
        ) from error
    # A checksum that is right does not make the words a stranger's file holds right.
    except Exception as error:
        raise ModelFileError(
            _("{path} is a damaged model: {error}", path=path, error=error)
        ) from error
    raise ModelFileError(_("{path} is a safetensors file, but not a model of Axone's.", path=path))


def _rebuilt(described: Any, arrays: Mapping[str, NDArray[Any]]) -> Model:
    fields = read_data(_ModelData, described, _("model"))
    network = Network.from_data(vars(fields.network))
    if not 1 <= fields.members <= MOST_MEMBERS:
        raise ModelFileError(
            _(
                "members: {members} is not from 1 to {most}",
                members=fields.members,
                most=MOST_MEMBERS,
            )
        )
    model = Model(
        network,
        _members(fields.members, network.layout, arrays),
        LOSSES.resolve(fields.loss),
        Preprocessing.from_data(fields.preprocessing),
        Target.from_data(fields.target),
        fields.temperature,
        fields.engine,
        fields.precision,
    )
    _require_consistent(model)
    return model


def _members(
    count: int, layout: Layout, arrays: Mapping[str, NDArray[Any]]
) -> tuple[Parameters, ...]:
    # Compared before anything of the described size is made: the sizes are a stranger's.
    wanted = {f"{n}/{name}": shape for n in range(count) for name, shape in layout.shapes.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    nothing = _("none")
    for name in sorted({*shapes, *wanted}):
        if shapes.get(name) != wanted.get(name):
            raise ModelFileError(
                _(
                    "array {name!r} has shape {found} instead of {wanted}",
                    name=name,
                    found=shapes.get(name, nothing),
                    wanted=wanted.get(name, nothing),
                )
            )
    types = {str(array.dtype) for array in arrays.values()}
    if not types <= {"float32", "float64"} or len(types) > 1:
        raise ModelFileError(
            _(
                "its weights are {types}, not floating-point numbers of one type",
                types=all_of(sorted(types)),
            )
        )
    dtype: DType = "float64" if types == {"float64"} else "float32"
    blank = Parameters(layout, np.zeros(layout.size, dtype=dtype))
    return tuple(
        blank.replaced({name: arrays[f"{number}/{name}"] for name in layout.shapes})
        for number in range(count)
    )


def _require_consistent(model: Model) -> None:
    """Refuse parts that do not fit together, before anything is predicted with them."""
    network, target = model.network, model.target
    if model.preprocessing.feature_shape != network.input_shape:
        raise ModelFileError(
            _(
                "the preprocessing gives examples of shape {shape}, the network takes {wanted}",
                shape=model.preprocessing.feature_shape,
                wanted=network.input_shape,
            )
        )
    # A perceptron tells classes apart without probabilities, which cross-entropy would compare.
    _body, ending = network.split_output()
    cross_entropy = isinstance(ending, Sigmoid | Softmax) or target.task == "regression"
    if cross_entropy and model.loss.task != target.task:
        raise ModelFileError(
            _(
                "a loss for {loss} with a target for {task}",
                loss=model.loss.task,
                task=target.task,
            )
        )
    if isinstance(target, NextCharacter):
        first = model.preprocessing.steps[0]
        if not isinstance(first, Beginnings) or target.class_names[1:] != tuple(first.characters):
            raise ModelFileError(
                _("a target of characters that the preprocessing does not read the same way")
            )
    obstacle = target.obstacle(network.output_shape)
    if obstacle:
        raise ModelFileError(obstacle)
