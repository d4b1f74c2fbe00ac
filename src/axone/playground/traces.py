"""A trace as a page holds it: every step with the lines of source that made it, and not too much.

Large arrays are cut to a block at their beginning, and of many positions of a sequence the first
and the last stand there; each says how much there was.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.source_text import SourceLine
from axone.explanation.trace import BACK, Cell, Step, Trace
from axone.parameters import Parameters
from axone.traced import Part, Rest, Working

MOST_NUMBERS = 4096
"""Of an array; of a trace with many arrays fewer."""

MOST_OF_ALL = 120_000
"""Numbers of all arrays together: about 2 MB as text."""

MOST_OF_PARAMETERS, _ALL_OF_THEM = 1024, 30_000
"""Numbers of an array of weights, and of all of them together."""

_LEAST_NUMBERS = 16
_MOST_POSITIONS, _FIRST_POSITIONS = 24, 20


@dataclass
class _Sources:
    """Lines of source, each once, by the number under which steps name them."""

    lines: list[SourceLine] = field(default_factory=list)
    numbers: dict[SourceLine, int] = field(default_factory=dict)

    def numbered(self, lines: tuple[SourceLine, ...]) -> list[int]:
        for line in lines:
            if line not in self.numbers:
                self.numbers[line] = len(self.lines)
                self.lines.append(line)
        return [self.numbers[line] for line in lines]


def trace_data(trace: Trace, sources: Mapping[int, tuple[SourceLine, ...]]) -> dict[str, Any]:
    """Return a trace as JSON holds it, in the language in use.

    Parameters
    ----------
    trace : Trace
    sources : mapping
        As `axone.explanation.source_lines.source_lines` returns it.

    Returns
    -------
    dict
        ``title``, ``rows``, ``loss``, ``loss_after``, ``steps``, a tree as that of `Trace.to_data`,
        and ``sources``. A step has its number in ``step``, in ``source`` those of its lines; what
        is cut has ``whole``, the shape that the array has, and ``left_out`` says how many
        positions before it are not there.
    """
    steps = list(_numbered(trace.steps))
    most = _most_numbers(trace)
    known = _Sources()

    def described(step: Step, numbers: Iterator[int]) -> dict[str, Any]:
        number = next(numbers)
        data: dict[str, Any] = {"step": number, "kind": step.kind}
        for name in ("title", "name", "symbol", "equation"):
            if text := getattr(step, name):
                data[name] = str(text)
        if step.layer is not None:
            data["layer"] = step.layer
        if step.array is not None:
            data |= _array_data(step, most)
        if step.labels:
            data["labels"] = [str(label) for label in step.labels[:MOST_NUMBERS]]
        if lines := known.numbered(sources.get(number, ())):
            data["source"] = lines
        children = [described(child, numbers) for child in step.children]
        if children:
            data["children"] = [*_without_most(step.children, children)]
        return data

    numbers = iter(range(len(steps)))
    return {
        "title": str(trace.title),
        "rows": trace.rows,
        "loss": number_data(trace.loss),
        "loss_after": number_data(trace.loss_after),
        "steps": [described(step, numbers) for step in trace.steps],
        "sources": [line.to_data() for line in known.lines],
    }


def _without_most(
    steps: tuple[Step, ...], described: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Give the children of a step; of many positions of one way the first few and the last."""
    for key, together in groupby(
        zip(steps, described, strict=True), key=lambda both: _way(both[0])
    ):
        alike = [data for _step, data in together]
        if not key or len(alike) <= _MOST_POSITIONS:
            yield from alike
            continue
        yield from alike[:_FIRST_POSITIONS]
        yield {**alike[-1], "left_out": len(alike) - _FIRST_POSITIONS - 1}


def _way(step: Step) -> str:
    """Tell positions of one direction from those of the other, and from all else."""
    if not step.title or step.name:
        return ""
    return "back" if step.title.endswith(BACK) else "forth"


def parameters_data(parameters: Parameters) -> dict[str, Any]:
    """Return weights and what else a network has, by their names; large arrays cut."""
    arrays = {name: parameters[name] for name in parameters}
    most = MOST_OF_PARAMETERS
    while most > _LEAST_NUMBERS and sum(min(a.size, most) for a in arrays.values()) > _ALL_OF_THEM:
        most //= 2
    return {name: block_data(array, most) for name, array in arrays.items()}


def block_data(array: FloatArray, most: int) -> dict[str, Any]:
    """Return an array, or a block at its beginning of so many numbers at most."""
    shape = _cut_shape(array.shape, most)
    data = _numbers(array[tuple(slice(length) for length in shape)])
    return data if shape == array.shape else {**data, "whole": list(array.shape)}


def _numbered(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield from step.walk()


def _most_numbers(trace: Trace) -> int:
    """Return how many numbers of an array may be there, for all of them not to be too many."""
    sizes = [
        array.size
        for step in trace.walk()
        for array in (step.array, step.before)
        if array is not None
    ]
    most = MOST_NUMBERS
    while most > _LEAST_NUMBERS and sum(min(size, most) for size in sizes) > MOST_OF_ALL:
        most //= 2
    return most


def _array_data(step: Step, most: int) -> dict[str, Any]:
    assert step.array is not None  # noqa: S101 — asked before
    shape = _cut_shape(step.array.shape, most)
    block = tuple(slice(length) for length in shape)
    data: dict[str, Any] = {"array": _numbers(step.array[block])}
    if shape != step.array.shape:
        data["whole"] = list(step.array.shape)
    if step.before is not None:
        data["before"] = _numbers(step.before[block])
    cells = [cell for cell in step.cells if _is_within(cell.index, shape)]
    if cells:
        data["cells"] = [cell_data(cell) for cell in cells]
    return data


def _cut_shape(shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Return the shape of a block of so many numbers at most: what is long is cut first."""
    lengths = list(shape)
    while math.prod(lengths) > most:
        longest = max(range(len(lengths)), key=lengths.__getitem__)
        others = math.prod(lengths) // lengths[longest]
        lengths[longest] = max(
            1, min(lengths[longest] // 2, max(most // others, 1)), most // others
        )
    return tuple(lengths)


def _is_within(index: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return all(place < length for place, length in zip(index, shape, strict=True))


def cell_data(cell: Cell) -> dict[str, Any]:
    """Describe how a number came about."""
    return {
        "index": list(cell.index),
        "working": working_data(cell.working),
        "value": number_data(cell.value),
    }


def working_data(working: Working) -> list[Any]:
    """Describe a working: texts, numbers as ``{"number": 1.5}``, and rests of long sums."""
    return [_part_data(part) for part in working]


def _part_data(part: Part) -> Any:
    if isinstance(part, Rest):
        return {"terms": part.terms, "total": number_data(part.total)}
    return part if isinstance(part, str) else {"number": number_data(part)}


def number_data(number: float | None) -> float | int | str | None:
    """Return a number with nine figures, which tell every float32 apart; by name if not finite."""
    if number is None:
        return None
    if not math.isfinite(number):
        return str(float(number))
    return int(number) if number == int(number) and abs(number) < 2**53 else float(f"{number:.9g}")


def _numbers(array: FloatArray) -> dict[str, Any]:
    numbers = np.asarray(array).ravel().tolist()
    return {"shape": list(array.shape), "numbers": [number_data(number) for number in numbers]}
