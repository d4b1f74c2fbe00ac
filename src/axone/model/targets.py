"""What a model predicts: classes, several yes/no labels a row, numbers, what comes next; and back.

Whatever stands between a network's outputs and what a user reads is here once: which output is
which class, what its probability is, in which units numbers are.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray, IntArray, Shape
from axone.checks import as_array
from axone.data import Scaler, cell_text
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.reading.truths import truth_of
from axone.errors import ConfigurationError, DataError, ModelFileError
from axone.losses import Quantile, Task, nearest_to_the_median
from axone.messages import _, listed
from axone.metrics import predicted_labels

_LabelType = Literal[
    "", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "str", "object",
]  # fmt: skip
"""Types of labels that a file can hold; "object" of truths, numbers and text."""


@dataclass(frozen=True, kw_only=True)
class Target(ABC):
    """What a model predicts.

    Attributes
    ----------
    task : {"classification", "regression"}
    column : str
        The target's column in a table; empty for arrays.
    class_names : tuple of str
        In the order of the class numbers; empty for numbers.
    names : tuple of str
        Of the predicted numbers; empty for classes or where nothing is known.
    scaler : Scaler or None
        Of the predicted numbers.
    """

    task: ClassVar[Task]
    column: str = ""
    class_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    scaler: Scaler | None = None

    @abstractmethod
    def decode(self, outputs: FloatArray) -> NDArray[Any]:
        """Return predictions made of a network's outputs (m, n_outputs)."""

    @abstractmethod
    def scaled(self, y: FloatArray) -> FloatArray:
        """Return the target as the network learns it."""

    @abstractmethod
    def obstacle(self, outputs: Shape) -> str:
        """Say why a network whose examples end in that shape cannot predict this; "" if it can."""

    @abstractmethod
    def to_data(self) -> dict[str, Any]:
        """Describe the target as JSON holds it."""

    @staticmethod
    def from_data(data: object) -> "Target":
        """Rebuild what `to_data` described.

        Raises
        ------
        ModelFileError
            It is anything else.
        """
        fields = dict(data) if isinstance(data, Mapping) else {}
        task = fields.pop("task", None)
        if task == "classification":
            return Classes(**vars(read_data(_ClassesData, fields, _("target"))))
        if task == RECONSTRUCTION:
            return Inputs(**vars(read_data(_InputsData, fields, _("target"))))
        if task == GENERATION:
            return NextCharacter(**vars(read_data(_NextCharacterData, fields, _("target"))))
        if task != "regression":
            raise ModelFileError(
                _(
                    "The target in this model file is damaged: task: {task!r} is neither "
                    "'classification' nor 'regression', 'reconstruction' or 'generation'. Save or "
                    "fetch the model again.",
                    task=task,
                )
            )
        numbers = vars(read_data(_NumbersData, {"levels": (), "spread": (), **fields}, _("target")))
        scaler = numbers["scaler"]
        return Numbers(
            **{**numbers, "scaler": None if scaler is None else Scaler.from_data(scaler)}
        )


@dataclass(frozen=True, kw_only=True)
class Classes(Target):
    """Classes, one a row, or several yes/no labels a row.

    Attributes
    ----------
    class_values : tuple of str
        The classes as the data file writes them, in the order of `class_names`.
    labels : tuple
        The classes as `predict` gives them, where those are other than their names: whole numbers,
        truths …
    label_type : str
        The NumPy type of such labels.
    several : bool
        Whether a row may have several labels, or none: a 0 or 1 for each is predicted.
    """

    task: ClassVar[Task] = "classification"
    class_values: tuple[str, ...] = ()
    labels: tuple[bool | int | float | str, ...] = ()
    label_type: str = ""
    several: bool = False

    def __post_init__(self) -> None:
        classes = len(self.class_names)
        if len(self.class_values) not in (0, classes) or len(self.labels) not in (0, classes):
            raise ConfigurationError(
                _(
                    "{values} class values and {labels} labels for {classes} class names",
                    values=len(self.class_values),
                    labels=len(self.labels),
                    classes=classes,
                )
            )
        self.array  # noqa: B018 — labels that are none of their type are refused here

    @classmethod
    def of(cls, labels: NDArray[Any], *, several: bool = False) -> "Classes":
        """Describe the classes of a target in memory, given in the order of their numbers."""
        names, kind = tuple(map(cell_text, labels)), labels.dtype.kind
        return cls(
            class_names=names,
            class_values=names,
            labels=tuple(labels.tolist()),
            label_type={"U": "str", "O": "object"}.get(kind, labels.dtype.name),
            several=several,
        )

    @property
    def array(self) -> NDArray[Any]:
        """The classes as they are predicted, (n_classes,)."""
        if not self.labels:
            return np.asarray(self.class_names)
        try:
            return np.asarray(self.labels, dtype=self.label_type)
        except (ValueError, TypeError, OverflowError) as error:
            raise ConfigurationError(
                _(
                    "labels {labels!r} are not of type {label_type!r}: {error}",
                    labels=self.labels,
                    label_type=self.label_type,
                    error=error,
                )
            ) from error

    def decode(self, outputs: FloatArray) -> NDArray[Any]:
        """Return labels (m,), or zeros and ones (m, n_labels) where a row may have several."""
        if self.several:
            return (outputs > 0.5).astype(int)
        return self.array[self.numbers(outputs)]

    def numbers(self, outputs: FloatArray) -> IntArray:
        """Return the number of each row's most probable class, (m,)."""
        # Of a single class a sigmoid may say what it will.
        return np.minimum(predicted_labels(outputs), len(self.class_names) - 1)

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """Return a column a class, (m, n_classes); of several labels, each one's own."""
        if self.several:
            return outputs
        if len(self.class_names) == 1:
            return np.ones_like(outputs)
        return class_probabilities(outputs)

    def scaled(self, y: FloatArray) -> FloatArray:
        return y

    def encode(self, labels: Any) -> IntArray:
        """Turn labels, as a data file writes them, into class numbers.

        Raises
        ------
        DataError
            A label that the model does not know.
        """
        words = [cell_text(label) for label in as_array(labels, "y").tolist()]
        for known in (self.class_values, self.class_names):
            number = {word: index for index, word in enumerate(known)}
            unknown = sorted(set(words) - set(number))
            if not unknown:
                return np.asarray([number[word] for word in words], dtype=np.int64)
        truths = {truth_of(value): index for index, value in enumerate(self.class_values)}
        if truths.keys() == {0.0, 1.0} and {truth_of(word) for word in words} <= truths.keys():
            # Yes and no are the same classes in every spelling.
            return np.asarray([truths[truth_of(word)] for word in words], dtype=np.int64)
        raise DataError(
            _(
                "The model does not know the class {unknown!r}: it was trained on {known}.",
                unknown=unknown[0],
                known=listed(self.class_names[:20]),
            )
        )

    def obstacle(self, outputs: Shape) -> str:
        classes = len(self.class_names)
        one_output = outputs == (1,) and not self.several and classes in (1, 2)
        if outputs != (classes,) and not one_output:
            return _(
                "{classes} class names for outputs of shape {outputs}",
                classes=classes,
                outputs=outputs,
            )
        return ""

    def to_data(self) -> dict[str, Any]:
        plain = all(isinstance(label, bool | int | float | str) for label in self.labels)
        if self.label_type not in get_args(_LabelType) or not plain:
            raise ConfigurationError(
                _(
                    "Class labels of type {label_type} such as {label!r} cannot be saved: a "
                    "file holds text, numbers and truths. Convert them, for instance by "
                    "astype(str).",
                    label_type=self.label_type,
                    label=self.labels[0],
                )
            )
        return {"task": self.task, **write_data(_ClassesData(**_own(self, _ClassesData)))}


@dataclass(frozen=True, kw_only=True)
class Numbers(Target):
    """Amounts, one or several a row.

    Attributes
    ----------
    lowest, highest : tuple of float
        Of each number in training: predictions are kept within. Empty where they are free.
    levels : tuple of float
        Where the network has several outputs for each number, quantiles of these levels, rising:
        that nearest to the median is what is predicted. Empty where it has one.
    spread : tuple of float
        How many times as far from the predicted number each quantile is as the network says. Empty
        where they are as it says.
    """

    task: ClassVar[Task] = "regression"
    lowest: tuple[float, ...] = ()
    highest: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.levels:
            Quantile(self.levels)  # refuses what are no levels
        if self.spread and len(self.spread) != len(self.levels):
            raise ConfigurationError(
                _(
                    "{spread} spreads for {levels} levels of quantiles",
                    spread=len(self.spread),
                    levels=len(self.levels),
                )
            )
        if len(self.lowest) != len(self.highest):
            raise ConfigurationError(
                _(
                    "{lowest} lowest and {highest} highest numbers",
                    lowest=len(self.lowest),
                    highest=len(self.highest),
                )
            )

    def decode(self, outputs: FloatArray) -> FloatArray:
        """Return numbers in the target's own units, (m,) or (m, n_outputs)."""
        if self.levels:
            return self.quantiles(outputs)[..., nearest_to_the_median(self.levels)]
        return self._in_units(outputs[:, 0] if outputs.shape[1:] == (1,) else outputs)

    def quantiles(self, outputs: FloatArray) -> FloatArray:
        """Return quantiles in the target's own units, (m, levels) or (m, n_outputs, levels).

        Those of a number rise with their levels: where a network has them cross, they are sorted,
        which brings them nearer to the truth (Chernozhukov, Fernández-Val & Galichon 2010).

        Raises
        ------
        DataError
            The network predicts one number each.
        """
        if not self.levels:
            raise DataError(
                _(
                    "This model predicts one number each, no quantiles: train it by the loss "
                    "'quantile' of several levels."
                )
            )
        grouped = np.sort(outputs.reshape(len(outputs), -1, len(self.levels)), axis=2)
        if self.spread:
            middle = grouped[..., [nearest_to_the_median(self.levels)]]
            grouped = np.sort(
                middle + (grouped - middle) * np.array(self.spread, grouped.dtype), axis=2
            )
        each = [self._in_units(_squeezed(grouped[..., at])) for at in range(len(self.levels))]
        return np.stack(each, axis=-1)

    def _in_units(self, numbers: FloatArray) -> FloatArray:
        found = numbers if self.scaler is None else self.scaler.inverse(numbers)
        return np.clip(found, self.lowest, self.highest) if self.lowest else found

    def scaled(self, y: FloatArray) -> FloatArray:
        return y if self.scaler is None else self.scaler.transform(y, "float64")

    def obstacle(self, outputs: Shape) -> str:
        if self.levels:
            if len(outputs) != 1 or outputs[0] % len(self.levels):
                return _(
                    "{levels} levels of quantiles for outputs of shape {outputs}",
                    levels=len(self.levels),
                    outputs=outputs,
                )
            outputs = (outputs[0] // len(self.levels),)
        for name, shape in (
            (_("bounds"), (len(self.lowest),) if self.lowest else outputs),
            (_("a scaler"), () if self.scaler is None else self.scaler.shift.shape),
        ):
            if shape not in ((), outputs):
                return _(
                    "{name} of shape {shape} for outputs of shape {outputs}",
                    name=name,
                    shape=shape,
                    outputs=outputs,
                )
        return ""

    def to_data(self) -> dict[str, Any]:
        scaler = None if self.scaler is None else self.scaler.to_data()
        described = _own(self, _NumbersData) | {"scaler": scaler}
        written = write_data(_NumbersData(**described))
        if not self.levels:
            del written["levels"], written["spread"]  # as files were before there were any
        return {"task": self.task, **written}


def _squeezed(numbers: FloatArray) -> FloatArray:
    return numbers[:, 0] if numbers.shape[1:] == (1,) else numbers


@dataclass(frozen=True, kw_only=True)
class Inputs(Target):
    """The inputs themselves, which an autoencoder gives back.

    Attributes
    ----------
    shape : tuple of int
        Of an example as the network takes it; its numbers stand in a row at the output.
    """

    task: ClassVar[Task] = "regression"
    shape: Shape

    def decode(self, outputs: FloatArray) -> FloatArray:
        """Return reconstructions as the network takes examples, (m, *shape)."""
        return outputs.reshape(len(outputs), *self.shape)

    def scaled(self, y: FloatArray) -> FloatArray:
        return y.reshape(len(y), -1)

    def obstacle(self, outputs: Shape) -> str:
        if outputs != (math.prod(self.shape),):
            return _(
                "{outputs} outputs for inputs of shape {shape}, which are to be given back",
                outputs=outputs,
                shape=self.shape,
            )
        return ""

    def to_data(self) -> dict[str, Any]:
        return {"task": RECONSTRUCTION, **write_data(_InputsData(self.shape))}


@dataclass(frozen=True, kw_only=True)
class NextCharacter(Target):
    """The character that comes next of a text, or its end: what a generator predicts.

    Attributes
    ----------
    class_names : tuple of str
        The end, then every character, as `Beginnings` numbers them.
    """

    task: ClassVar[Task] = "classification"

    def decode(self, outputs: FloatArray) -> NDArray[Any]:
        """Return the most probable characters, (m,); the end is empty."""
        return np.array(["", *self.class_names[1:]])[predicted_labels(outputs)]

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """Return the probability of the end and of every character, (m, n)."""
        return outputs

    def scaled(self, y: FloatArray) -> FloatArray:
        return y

    def obstacle(self, outputs: Shape) -> str:
        if outputs != (len(self.class_names),) or len(self.class_names) < 2:
            return _(
                "outputs of shape {outputs} for the end of a text and {characters} characters",
                outputs=outputs,
                characters=len(self.class_names) - 1,
            )
        return ""

    def to_data(self) -> dict[str, Any]:
        return {"task": GENERATION, **write_data(_NextCharacterData(self.column, self.class_names))}


RECONSTRUCTION = "reconstruction"
"""The task of an autoencoder, as files and settings have it."""

GENERATION = "generation"
"""The task of a generator of texts, as files and settings have it."""


def class_probabilities(outputs: FloatArray) -> FloatArray:
    """Return one column a class; a lone sigmoid output p becomes (1 − p, p)."""
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


@dataclass(frozen=True)
class _ClassesData(PlainData):
    column: str
    class_names: tuple[str, ...]
    class_values: tuple[str, ...]
    labels: tuple[bool | int | float | str, ...]
    label_type: _LabelType
    several: bool


@dataclass(frozen=True)
class _NextCharacterData(PlainData):
    column: str
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class _InputsData(PlainData):
    shape: tuple[int, ...]


@dataclass(frozen=True)
class _NumbersData(PlainData):
    column: str
    names: tuple[str, ...]
    scaler: dict[str, Any] | None
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    levels: tuple[float, ...]
    spread: tuple[float, ...]


def _own(target: Target, described: type) -> dict[str, Any]:
    """Return those attributes of a target that its description holds."""
    return {each.name: getattr(target, each.name) for each in fields(described)}
