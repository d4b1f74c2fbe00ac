"""What a gradient check found: tensor by tensor, layer by layer, and the verdict on all of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from axone.arrays import Shape
from axone.explanation.gradient_check.differences import is_between
from axone.messages import Message, _, listed

Verdict = Literal["right", "doubtful", "wrong"]

VERDICTS: tuple[Verdict, ...] = ("right", "doubtful", "wrong")
"""From best to worst."""

RIGHT, WRONG = 1e-7, 1e-5
"""Relative errors: up to the first a tensor is right, above the second it is wrong.

Those of courses: "1e-7 and less you should be happy" (Karpathy, notes of CS231n, Gradient checks).
What these notes allow beyond, up to 1e-2, is for kinks, for differences of the second order and for
float32, none of which is in the way here.
"""

ENTRY_RIGHT, ENTRY_WRONG = 1e-5, 1e-3
"""The same for one entry by itself: beside large ones a small one would be lost in their norm."""


@dataclass(frozen=True)
class Entry:
    """One number of a gradient beside its differences.

    Attributes
    ----------
    index : tuple of int, or None
        Its place, counted from 0; None for a direction at random, which moves all of them.
    analytic, numeric : float
        By backpropagation, and by central differences.
    left, right : float
        By differences to one side.
    error : float
        |analytic − numeric| as far as the uncertainty of the differences does not explain it,
        relative to the sizes of both.
    """

    index: tuple[int, ...] | None
    analytic: float
    numeric: float
    left: float
    right: float
    error: float

    def is_beyond_both_sides(self, steepest: float) -> bool:
        """Whether, at a kink no steeper than that, the slope claimed is no side's nor between."""
        is_kink = max(abs(self.left), abs(self.right)) <= steepest
        return is_kink and not is_between(self.left, self.right, self.analytic)

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        index = None if self.index is None else list(self.index)
        return {**vars(self), "index": index}


@dataclass(frozen=True)
class TensorCheck:
    """One array's gradient beside its differences.

    Attributes
    ----------
    name : str
        ``"0.weight"`` of a network, ``"weight"`` of a layer alone; ``"x"`` is what goes in.
    shape : tuple of int
    entries, directions : int
        How many entries were looked at, and how many directions at random, each of which moves all
        of them.
    relative_error : float
        ‖a − n‖/(‖a‖ + ‖n‖) over what was looked at, kinks apart; the larger of that of the entries
        and that of the directions.
    is_rounding : bool
        Whether that error is above 1e-7, and yet no more than rounding and curvature explain: of a
        gradient of nearly 0 it may be large and mean nothing.
    verdict : {"right", "doubtful", "wrong"}
    worst : tuple of Entry
        The entries furthest from right, worst first.
    kinks : tuple of Entry
        Set aside: they lie on a kink, and beside it they are right.
    fault : Message or None
        What is wrong with it that needs no numbers: its shape, or that it is missing.
    """

    name: str
    shape: Shape
    entries: int
    directions: int = 0
    relative_error: float = 0.0
    is_rounding: bool = False
    verdict: Verdict = "right"
    worst: tuple[Entry, ...] = ()
    kinks: tuple[Entry, ...] = ()
    fault: Message | None = None

    @property
    def size(self) -> int:
        """How many entries it has."""
        return prod(self.shape)

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "size": self.size,
            "entries": self.entries,
            "directions": self.directions,
            "relative_error": self.relative_error,
            "is_rounding": self.is_rounding,
            "verdict": self.verdict,
            "worst": [entry.to_data() for entry in self.worst],
            "kinks": [entry.to_data() for entry in self.kinks],
            "fault": None if self.fault is None else self.fault.english,
        }


def worst_of(checks: Iterable[TensorCheck]) -> TensorCheck:
    """Return the check whose verdict is worst, the first of those."""
    return max(checks, key=lambda check: VERDICTS.index(check.verdict))


def worst_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; "right" where there is none."""
    return max(verdicts, key=VERDICTS.index, default="right")


@dataclass(frozen=True)
class PartCheck:
    """A part of a network, checked alone: its backward pass beside differences of its forward pass.

    Attributes
    ----------
    place : Message
        Which part: "layer 2 (Conv1D)".
    tensors : tuple of TensorCheck
        ∂L/∂x and its arrays, given some ∂L/∂y at random.
    within : tuple of PartCheck
        What it is made of: layers of a block, an activation.
    """

    place: Message
    tensors: tuple[TensorCheck, ...]
    within: tuple["PartCheck", ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of its tensors and of what is within."""
        own = (tensor.verdict for tensor in self.tensors)
        return worst_verdict((*own, *(part.verdict for part in self.within)))

    def culprits(self) -> Iterator["PartCheck"]:
        """Give the innermost parts that are wrong: what goes wrong in one spoils what holds it."""
        inner = [culprit for part in self.within for culprit in part.culprits()]
        if inner:
            yield from inner
        elif self.verdict == "wrong":
            yield self

    @property
    def wrong(self) -> tuple[TensorCheck, ...]:
        """Its wrong tensors."""
        return tuple(tensor for tensor in self.tensors if tensor.verdict == "wrong")

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "place": self.place.english,
            "verdict": self.verdict,
            "tensors": [tensor.to_data() for tensor in self.tensors],
            "within": [part.to_data() for part in self.within],
        }


@dataclass(frozen=True)
class EngineCheck:
    """What an engine says of the gradient of the whole network, beside its differences.

    Attributes
    ----------
    name : str
        "reference" or "native".
    loss : float
        As the engine computes it, penalties included.
    loss_error : float
        How far that is from the equations' own beyond rounding, relative to it.
    tensors : tuple of TensorCheck
        Of every array that training moves; of the reference engine ∂L/∂x too, where x are numbers.
    """

    name: str
    loss: float
    loss_error: float
    tensors: tuple[TensorCheck, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its tensors; another loss is wrong by itself."""
        if not self.loss_error <= RIGHT:
            return "wrong"
        return worst_verdict(tensor.verdict for tensor in self.tensors)

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "name": self.name,
            "loss": self.loss,
            "loss_error": self.loss_error,
            "verdict": self.verdict,
            "tensors": [tensor.to_data() for tensor in self.tensors],
        }


@dataclass(frozen=True)
class GradientCheck:
    """The gradients of a network beside differences, as `check_gradients` found them.

    Printed it is a table.

    Attributes
    ----------
    rows : int
        Of the batch.
    loss : float
        Of the batch, penalties included.
    engines : tuple of EngineCheck
        The whole network's gradient, by every engine that computes it.
    parts : tuple of PartCheck
        Each layer alone, and the loss with the output activation.
    obstacles : mapping of str to Message
        Why an engine that was asked for is not among `engines`.
    notes : tuple of Message
        What the reader should know besides.
    """

    rows: int
    loss: float
    engines: tuple[EngineCheck, ...]
    parts: tuple[PartCheck, ...]
    obstacles: Mapping[str, Message] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all that was looked at."""
        engines = (engine.verdict for engine in self.engines)
        return worst_verdict((*engines, *(part.verdict for part in self.parts)))

    @property
    def culprits(self) -> tuple[PartCheck, ...]:
        """The parts that are wrong alone: an error in one spoils the tensors of all before it."""
        return tuple(culprit for part in self.parts for culprit in part.culprits())

    @property
    def kinks(self) -> int:
        """How many entries of the whole network's gradient were set aside."""
        if not self.engines:
            return 0
        return sum(len(tensor.kinks) for tensor in self.engines[0].tensors)

    def __str__(self) -> str:
        from axone.explanation.gradient_check.report import report

        return report(self)

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "verdict": self.verdict,
            "rows": self.rows,
            "loss": self.loss,
            "kinks": self.kinks,
            "culprits": [blame(part).english for part in self.culprits],
            "engines": [engine.to_data() for engine in self.engines],
            "parts": [part.to_data() for part in self.parts],
            "obstacles": {name: why.english for name, why in self.obstacles.items()},
            "notes": [note.english for note in self.notes],
        }


def blame(part: PartCheck) -> Message:
    """Say what is wrong with a part, in a line."""
    names = listed(f"∂L/∂{tensor.name}" for tensor in part.wrong)
    if len(part.wrong) == 1:
        return _("{place}: {names} is wrong", place=part.place, names=names)
    return _("{place}: {names} are wrong", place=part.place, names=names)
