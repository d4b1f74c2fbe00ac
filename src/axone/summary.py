"""The table of a network, printed or read: layers, output shapes, parameters and, where layers see
neighbours, multiplications and receptive fields.
"""  # noqa: D205

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from axone.activations import ActivationFunction, title
from axone.arrays import Shape
from axone.layers import (
    Activation,
    Convolution,
    Dense,
    GlobalPool,
    Layer,
    PositionwiseDense,
    Recurrent,
)
from axone.layers.collapsing import LinearRun, linear_runs
from axone.layers.sequence import fields_after
from axone.layers.windows import Field
from axone.messages import _, formatted, shorten
from axone.registry import name_of

_NAME = 24
"""Characters of a layer's name: with its kind, shape and parameters a line has at most 80."""

_LINE = 80


@dataclass(frozen=True)
class SummaryRow:
    """One layer of a summary.

    Attributes
    ----------
    position : int
    title, name : str
        What it is, and its own name, "" if it has none.
    output_shape : tuple of int
    parameters : int
        Numbers that training adjusts.
    multiply_adds : int
        Of one example.
    receptive_field : tuple of int, or None
        How many positions of the input one of its outputs sees, along each axis of positions; ()
        where there are none or it sees a single one, None where it may see all.
    """

    position: int
    title: str
    name: str
    output_shape: Shape
    parameters: int
    multiply_adds: int = 0
    receptive_field: tuple[int, ...] | None = ()

    @property
    def label(self) -> str:
        """The layer's own name, if it has one, and what it is."""
        return f"{shorten(self.name, _NAME)}: {self.title}" if self.name else self.title


@dataclass(frozen=True)
class Summary:
    """The table of a network: its text is aligned, its rows are data.

    Attributes
    ----------
    rows : tuple of SummaryRow
    parameters, buffers : int
        Numbers that training adjusts, and those that it updates without gradients.
    sees_neighbours : bool
        Whether there are positions and a layer that looks at several of them: the text then has
        columns for multiplications and receptive fields.
    linear : tuple of LinearRun
        Layers one after another that are one, for want of an activation between them.
    """

    rows: tuple[SummaryRow, ...]
    parameters: int
    buffers: int
    sees_neighbours: bool = False
    linear: tuple[LinearRun, ...] = ()

    @property
    def multiply_adds(self) -> int:
        """Multiplications of one example, each with an addition."""
        return sum(row.multiply_adds for row in self.rows)

    def __str__(self) -> str:
        cells = [self._header(), *map(self._cells, self.rows), self._total()]
        if self.buffers:
            label = str(_("Not trained (running averages)"))
            cells.append((label, "", str(formatted(self.buffers, ",")), "", ""))
        if not self.sees_neighbours:
            cells = [row[:3] for row in cells]
        return "\n".join([aligned(cells), *map(_told, self.linear)])

    def _header(self) -> tuple[str, ...]:
        words = (_("Layer"), _("Output shape"), _("Parameters"), _("Multiply-adds"), _("Field"))
        return tuple(map(str, words))

    def _cells(self, row: SummaryRow) -> tuple[str, ...]:
        return (
            f"{row.position} {row.label}",
            str(row.output_shape),
            str(formatted(row.parameters, ",")),
            str(formatted(row.multiply_adds, ",")),
            _written(row.receptive_field),
        )

    def _total(self) -> tuple[str, ...]:
        totals = (formatted(self.parameters, ","), formatted(self.multiply_adds, ","))
        return (str(_("Total")), "", *map(str, totals), "")


def summarised(
    layers: Sequence[Layer],
    names: Sequence[str],
    shapes: Sequence[Shape],
    parameters: Sequence[int],
    buffers: int,
) -> Summary:
    """Return the table of layers.

    Parameters
    ----------
    layers : sequence of Layer
    names : sequence of str
        Their own, "" for those that have none.
    shapes : sequence of tuple of int
        Of an example before each layer and, last, after all of them.
    parameters : sequence of int
        How many numbers of each training adjusts.
    buffers : int
    """
    fields = fields_after(layers, shapes[0])
    rows = tuple(
        SummaryRow(
            position,
            layer_title(layer),
            names[position],
            shapes[position + 1],
            parameters[position],
            layer.multiply_adds(shapes[position]),
            _reaches(fields[position]),
        )
        for position, layer in enumerate(layers)
    )
    sees_neighbours = any(
        len(shape) > 1 and layer.receptive_field(shape) != ()
        for layer, shape in zip(layers, shapes[:-1], strict=True)
    )
    return Summary(rows, sum(parameters), buffers, sees_neighbours, linear_runs(layers))


def _told(run: LinearRun) -> str:
    """Say that layers are one."""
    text = _(
        "Layers {first} to {last} are linear one after another: together they are one layer, which "
        "collapse() gives. Put an activation between them.",
        first=run.first,
        last=run.last,
    )
    return textwrap.fill(str(text), _LINE)


def layer_title(layer: Layer) -> str:
    """Name a layer with its activation, as a reader would."""
    name = type(layer).__name__
    if isinstance(layer, GlobalPool):
        return f"{name} ({layer.function})"
    if isinstance(layer, Recurrent):
        return f"{name} ({name_of(layer.cell)}{', bidirectional' * layer.bidirectional})"
    if not isinstance(layer, (Dense, PositionwiseDense, Convolution, Activation)):
        return name
    # A name or a table in the layer's `function` became the activation on creation.
    word = title(cast(ActivationFunction, layer.function))
    return name if word == "identity" else f"{name} ({word})"


def _reaches(field: Field) -> tuple[int, ...] | None:
    return None if field is None else tuple(sight.reach for sight in field)


def _written(reaches: tuple[int, ...] | None) -> str:
    """Write a receptive field: ``"5×5"``, ``"all"``, ``"1"``."""
    if reaches is None:
        return str(_("all"))
    return "×".join(map(str, reaches)) or "1"


def aligned(cells: Sequence[Sequence[str]]) -> str:
    """Put cells under one another, numbers to the right; the first column gives way to the rest."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    gap = " " * (3 if len(widths) == 3 else 2)
    rest = sum(widths[1:]) + len(gap) * (len(widths) - 2) + 2
    first = min(widths[0], max(_LINE - rest, _NAME))
    lines = [
        f"{shorten(row[0], first):<{first}}  "
        + gap.join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)
