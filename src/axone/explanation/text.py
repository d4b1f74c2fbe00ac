"""A trace as text for a terminal: 80 columns, wide arrays folded, and said what was left out."""

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

from axone.arrays import FloatArray
from axone.explanation.numerals import as_table, cell_name, numeral, written
from axone.explanation.trace import BACK, BACKWARD, FORWARD, INPUT, LOSS, UPDATE, Step, Trace
from axone.messages import Message, _, _n, shorten

_WIDTH = 80
_MOST_LINES = 6
"""Rows of an array that are printed; of more the first, and how many there are besides."""

HEADINGS: dict[str, Message] = {
    INPUT: _("Input"),
    FORWARD: _("Forward"),
    LOSS: _("Loss"),
    BACKWARD: _("Backward"),
    UPDATE: _("Update"),
}


_MOST_ALIKE, _FIRST_ALIKE = 8, 3
"""Positions of which there are more than the one are shown by the first few and the last."""


def shown_children(step: Step) -> Iterator[Step | Message]:
    """Give what lies below a step; of many positions the first, how many more, and the last."""
    for way, together in groupby(step.children, key=_way):
        alike = list(together)
        if not way or len(alike) <= _MOST_ALIKE:
            yield from alike
            continue
        yield from alike[:_FIRST_ALIKE]
        left = len(alike) - _FIRST_ALIKE - 1
        yield _n("… {count:,} more position", "… {count:,} more positions", left)
        yield alike[-1]


def _way(step: Step) -> str:
    """Tell positions of one direction from those of the other, and from all else."""
    if not step.title or step.name:
        return ""
    return "back" if step.title.endswith(BACK) else "forth"


SINGLE = (INPUT, LOSS, UPDATE)
"""Parts of a trace whose steps have titles that say what they are."""

_REST = re.compile(r"\[[\d,]+ more: [^\]]+\]")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def as_text(trace: Trace, *, digits: int = 4, width: int = _WIDTH) -> str:
    """Render a trace for a terminal.

    Parameters
    ----------
    trace : Trace
    digits : int, default 4
        Significant ones of every number.
    width : int, default 80
        Columns; no line is longer.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(1, "relu"), input_shape=2)
    >>> arrays = {"0.weight": [[0.2, -0.5]], "0.bias": [0.1]}
    >>> parameters = network.initialize(dtype="float64").replaced(arrays)
    >>> print(as_text(ax.explain(network, parameters, [2, 3])))
    Input
      x = [2  3]
    <BLANKLINE>
    Forward
      0 Dense (relu)
        z = W·x + b
          z₁ = 0.2·2 − 0.5·3 + 0.1 = −1
        ŷ = max(0, z)
          ŷ₁ = max(0, −1) = 0
    """
    lines: list[str] = [shorten(str(trace.title), width), ""] if trace.title else []
    for kind, steps in trace.parts():
        if lines and lines[-1]:
            lines.append("")
        if kind in SINGLE:
            for step in steps:
                lines += _lines(step, 0, digits, width)
            continue
        lines.append(str(HEADINGS[kind]))
        for step in steps:
            lines += _lines(step, 2, digits, width)
    return "\n".join(lines)


def _lines(step: Step, indent: int, digits: int, width: int) -> Iterator[str]:
    """Give the lines of a step and of all below it."""
    blank = " " * indent
    if step.title:
        yield from _wrapped(str(step.title), indent, width)
        indent += 2
    if step.array is not None:
        yield from _array_lines(step, indent, digits, width)
    elif step.labels:
        for label in step.labels:
            yield blank + "  " + shorten(label, width - indent)
    indent -= 2 * bool(step.title)
    for child in shown_children(step):
        if isinstance(child, Message):
            yield f"{blank}  {child!s}"
        else:
            yield from _lines(child, indent + 2, digits, width)


def _array_lines(step: Step, indent: int, digits: int, width: int) -> Iterator[str]:
    assert step.array is not None  # noqa: S101 — asked before
    blank = " " * indent
    if step.equation:
        yield from _wrapped(str(step.equation), indent, width)
    for cell in step.cells:
        name = cell_name(step.symbol, cell.index, step.array.shape)
        if step.of_columns:
            name = f"{name} ({shorten(step.of_columns[cell.index[-1]], 20)})"
        working, value = written(cell.working, digits), numeral(cell.value, digits)
        line = f"{name} = {working}"
        if working != value:
            line += f" = {value}"
        yield from _wrapped(line, indent + 2, width)
    if step.cells and step.left_out:
        yield f"{blank}  " + str(
            _n("… {count:,} more alike", "… {count:,} more alike", step.left_out)
        )
    if step.before is None and (step.left_out or not step.cells):
        head = f"{shorten(step.symbol, 30)} = "
        shown = _labelled(step, digits) or _folded(step.array, digits, width - indent - len(head))
        for number, line in enumerate(shown):
            yield blank + (head if number == 0 else " " * len(head)) + line
    if step.before is not None:
        yield from _moved(step, indent, digits, width)


def _moved(step: Step, indent: int, digits: int, width: int) -> Iterator[str]:
    """Give the weights before and after an update."""
    for word, array in ((_("before"), step.before), (_("after"), step.array)):
        assert array is not None  # noqa: S101 — asked before
        head = f"{word!s:<8}"
        lines = _folded(array, digits, width - indent - 10) if array.any() else [str(_("zeros"))]
        for number, line in enumerate(lines):
            yield " " * (indent + 2) + (head if number == 0 else " " * len(head)) + line


def _labelled(step: Step, digits: int) -> list[str]:
    """Return the numbers of a single row beside their names; [] where they have none."""
    array = step.array
    assert array is not None  # noqa: S101 — asked before
    numbers = array.ravel()
    if not step.labels or len(step.labels) != len(numbers) or len(numbers) > 2 * _MOST_LINES:
        return []
    pairs = zip(step.labels, numbers.tolist(), strict=True)
    return [f"{numeral(number, digits)}  {shorten(str(label), 30)}" for label, number in pairs]


def _folded(array: FloatArray, digits: int, room: int) -> list[str]:
    """Write an array in rows that fit, and what of it was left out."""
    shape, rows = array.shape, as_table(array)
    if array.ndim > 1 and shape[0] == 1:
        shape = shape[1:]
    lines = [_row(row, digits, room) for row in rows[:_MOST_LINES]] or ["[]"]
    if len(rows) > _MOST_LINES:
        words = _n("… {count:,} more row", "… {count:,} more rows", len(rows) - _MOST_LINES)
        lines.append(str(words))
    if len(shape) > 1:
        lines[0] += f"  {'×'.join(map(str, shape))}"
    return lines


def _row(row: FloatArray, digits: int, room: int) -> str:
    words: list[str] = []
    used = 2
    for place, number in enumerate(row.tolist()):
        word = numeral(number, digits)
        left = len(row) - place - 1
        rest = str(_n("… {count:,} more", "… {count:,} more", left + 1))
        more = 2 + len(rest) if left else 0
        if used + len(word) + 2 + more > room - 10 and place:
            words.append(rest)
            break
        words.append(word)
        used += len(word) + 2
    return f"[{'  '.join(words)}]"


def _wrapped(text: str, indent: int, width: int) -> list[str]:
    """Break a line where it may be broken; what is left of a sum stays in one piece."""
    lines = textwrap.wrap(
        _REST.sub(lambda rest: rest[0].replace(" ", _NO_BREAK), text),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4),
        break_on_hyphens=False,
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]
