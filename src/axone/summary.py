"""The table of a network, printed or read: layers, output shapes and parameters."""

from dataclasses import dataclass

from axone.arrays import Shape
from axone.layers import Activation, Dense, Layer, PositionwiseDense, Recurrent
from axone.messages import _, shorten
from axone.registry import name_of

_NAME = 24
"""Characters of a layer's name: with its kind, shape and parameters a line has at most 80."""


@dataclass(frozen=True)
class SummaryRow:
    """One layer of a summary."""

    position: int
    title: str
    name: str
    output_shape: Shape
    parameters: int

    @property
    def label(self) -> str:
        """The layer's own name, if it has one, and what it is."""
        return f"{shorten(self.name, _NAME)}: {self.title}" if self.name else self.title


@dataclass(frozen=True)
class Summary:
    """The table of a network: its text is aligned, its rows are data."""

    rows: tuple[SummaryRow, ...]
    parameters: int
    buffers: int

    def __str__(self) -> str:
        cells = [(str(_("Layer")), str(_("Output shape")), str(_("Parameters")))]
        cells += [
            (f"{row.position} {row.label}", str(row.output_shape), f"{row.parameters:,}")
            for row in self.rows
        ]
        cells.append((str(_("Total")), "", f"{self.parameters:,}"))
        if self.buffers:
            cells.append((str(_("Not trained (running averages)")), "", f"{self.buffers:,}"))
        widths = [max(len(row[column]) for row in cells) for column in range(3)]
        return "\n".join(
            f"{name:<{widths[0]}}  {shape:>{widths[1]}}   {count:>{widths[2]}}"
            for name, shape, count in cells
        )


def layer_title(layer: Layer) -> str:
    """Name a layer with its activation, as a reader would."""
    name = type(layer).__name__
    if isinstance(layer, Recurrent):
        return f"{name} ({name_of(layer.cell)}{', bidirectional' * layer.bidirectional})"
    if not isinstance(layer, (Dense, PositionwiseDense, Activation)):
        return name
    # A name or a table in the layer's `function` became the activation on creation.
    word = name_of(layer.function)
    return name if word == "identity" else f"{name} ({word})"
