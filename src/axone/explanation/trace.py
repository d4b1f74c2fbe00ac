"""The trace of one step, as data: a tree of named steps with their numbers, which others render.

Everything about a pass is here and nothing about how it looks: a terminal, a page, a lesson and a
playground read the same tree. `axone.explanation.explaining` makes it from the layers' own
equations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import _
from axone.traced import Part, Rest, Working

INPUT, FORWARD, LOSS, BACKWARD, UPDATE = "input", "forward", "loss", "backward", "update"
BACK = "←"
"""With which the title of a position ends that a sequence's last comes before."""

KINDS = (INPUT, FORWARD, LOSS, BACKWARD, UPDATE)
"""What a step belongs to, in the order of a trace."""


@dataclass(frozen=True)
class Cell:
    """How one number of an array came about.

    Attributes
    ----------
    index : tuple of int
        Where it stands, counted from 0; the row's number first where there is a value a row.
    working : tuple of str, float or Rest
        The equation with the numbers put in: see `axone.traced.Working`.
    value : float
    """

    index: tuple[int, ...]
    working: Working
    value: float


@dataclass(frozen=True, eq=False)
class Step:
    """A node of the tree: a layer, or one array that was computed.

    Attributes
    ----------
    kind : {"input", "forward", "loss", "backward", "update"}
    title : str
        What a reader calls it: ``"0 Dense (relu)"``, ``"position 2"``; empty for an array.
    layer : int or None
        The position of the layer that it belongs to.
    name : str
        The layer's own, or the array's as in `Parameters`; empty where it has none.
    symbol, equation : str
        Of an array: ``"z"``, ``"z = W·x + b"``; empty for what only holds others.
    array : array or None
    before : array or None
        Of weights that an update moved, and of moments: what they were.
    cells : tuple of Cell
        How the numbers came about: each of a small array, the first few of a larger one, none where
        numbers only went from one place to another.
    labels : tuple of str
        Names of the numbers of a row, where they have any: features, classes.
    children : tuple of Step
    """

    kind: str
    title: str = ""
    layer: int | None = None
    name: str = ""
    symbol: str = ""
    equation: str = ""
    array: FloatArray | None = None
    before: FloatArray | None = None
    cells: tuple[Cell, ...] = ()
    labels: tuple[str, ...] = ()
    children: tuple["Step", ...] = ()

    @property
    def left_out(self) -> int:
        """How many numbers of the array have no working of their own."""
        return 0 if self.array is None else self.array.size - len(self.cells)

    @property
    def of_columns(self) -> tuple[str, ...]:
        """The labels, where each number of a row has one; else none."""
        row = () if self.array is None else self.array.shape[-1:]
        return self.labels if row == (len(self.labels),) else ()

    def walk(self) -> Iterator["Step"]:
        """Give the step and all below it, in the order in which they are read."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_data(self) -> dict[str, Any]:
        """Describe it as what JSON can hold; what is empty is left out."""
        data: dict[str, Any] = {"kind": self.kind}
        for name in ("title", "layer", "name", "symbol", "equation"):
            value = getattr(self, name)
            if value not in ("", None):
                data[name] = value if isinstance(value, int) else str.__str__(value)
        for name in ("array", "before"):
            if (array := getattr(self, name)) is not None:
                data[name] = _array_data(array)
        if self.cells:
            data["cells"] = [
                {
                    "index": list(cell.index),
                    "working": [_part_data(part) for part in cell.working],
                    "value": cell.value,
                }
                for cell in self.cells
            ]
        if self.labels:
            data["labels"] = list(self.labels)
        if self.children:
            data["children"] = [child.to_data() for child in self.children]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Step":
        """Build the step that `to_data` described."""
        arrays: dict[str, Any] = {
            name: _array(data[name]) for name in ("array", "before") if name in data
        }
        return cls(
            kind=data["kind"],
            **{name: data[name] for name in _WORDS if name in data},
            **arrays,
            cells=tuple(
                Cell(tuple(cell["index"]), tuple(map(_part, cell["working"])), cell["value"])
                for cell in data.get("cells", ())
            ),
            labels=tuple(data.get("labels", ())),
            children=tuple(cls.from_data(child) for child in data.get("children", ())),
        )


_WORDS = ("title", "layer", "name", "symbol", "equation")


@dataclass(frozen=True, eq=False)
class Trace:
    """One example, or a mini-batch, through a network and back.

    Attributes
    ----------
    steps : tuple of Step
        The input, every layer forward, the loss, every layer backward from the last to the first,
        and the update; those that were asked for.
    rows : int
        Examples that went through together.
    title : str
        Of what it is, for a heading.
    loss, loss_after : float or None
        Mean over the rows, penalties included, before the step and after it.
    """

    steps: tuple[Step, ...]
    rows: int
    title: str = ""
    loss: float | None = None
    loss_after: float | None = None
    _format: str = field(default="axone trace 1", repr=False)

    def walk(self) -> Iterator[Step]:
        """Give every step of the tree, in the order in which they are read."""
        for step in self.steps:
            yield from step.walk()

    def parts(self) -> Iterator[tuple[str, list[Step]]]:
        """Give each kind of step that there is, in the order of a trace, with its steps."""
        for kind in KINDS:
            if steps := [step for step in self.steps if step.kind == kind]:
                yield kind, steps

    def find(self, kind: str, layer: int | None, symbol: str) -> Step:
        """Return the step that computed an array.

        Parameters
        ----------
        kind : {"input", "forward", "loss", "backward", "update"}
        layer : int or None
            The layer's position; None for what belongs to no layer.
        symbol : str
            ``"z"``, ``"∂L/∂W"``.

        Raises
        ------
        UnknownNameError
            There is no such step.
        """
        known = []
        for step in self.walk():
            if step.symbol and step.kind == kind and step.layer == layer:
                if step.symbol == symbol:
                    return step
                known.append(step.symbol)
        where = _("the {kind} steps of layer {layer}", kind=kind, layer=layer)
        raise UnknownNameError(_("symbol"), symbol, known, where=where)

    def to_data(self) -> dict[str, Any]:
        """Describe the trace as what JSON can hold; numbers that are not finite by their names."""
        return {
            "format": self._format,
            "title": str.__str__(self.title),
            "rows": self.rows,
            "loss": _number_data(self.loss),
            "loss_after": _number_data(self.loss_after),
            "steps": [step.to_data() for step in self.steps],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Trace":
        """Build the trace that `to_data` described.

        Raises
        ------
        ConfigurationError
            It is no description of a trace.
        """
        try:
            return cls(
                tuple(Step.from_data(step) for step in data["steps"]),
                int(data["rows"]),
                data["title"],
                _number(data["loss"]),
                _number(data["loss_after"]),
                data["format"],
            )
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as error:
            raise ConfigurationError(
                _("This is no trace as `to_data` describes one: {error!r}", error=error)
            ) from error


def _number_data(number: float | None) -> float | str | None:
    if number is None or np.isfinite(number):
        return None if number is None else float(number)
    return str(float(number))


def _number(data: float | str | None) -> float | None:
    return None if data is None else float(data)


def _array_data(array: FloatArray) -> dict[str, Any]:
    whole = array.dtype.kind in "iu"
    numbers = array.ravel().tolist()
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "numbers": numbers if whole else [_number_data(number) for number in numbers],
    }


def _array(data: Mapping[str, Any]) -> FloatArray:
    kind = np.dtype(str(data["dtype"]))
    if kind.kind not in "iuf":
        raise ValueError(data["dtype"])
    numbers: Sequence[Any] = data["numbers"]
    if kind.kind == "f":
        numbers = [float(number) for number in numbers]
    return np.array(numbers, dtype=kind).reshape([int(length) for length in data["shape"]])


def _part_data(part: Part) -> Any:
    if isinstance(part, Rest):
        return {"terms": part.terms, "total": _number_data(part.total)}
    return part if isinstance(part, str) else {"number": _number_data(part)}


def _part(data: Any) -> Part:
    if isinstance(data, str):
        return data
    if "number" in data:
        return float(data["number"])
    return Rest(int(data["terms"]), float(data["total"]))
