"""All the numbers of a network in one flat vector, with named views into it.

Weights, gradients and the optimiser's memory have the same layout, so that optimisers, clipping,
gradient checks and checkpoints work on vectors and know no layers. Buffers, which training updates
without a gradient, have a vector of their own.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from axone.arrays import DType, FloatArray, Shape
from axone.errors import ShapeError
from axone.layers import ParameterSpec
from axone.messages import _, listed


@dataclass(frozen=True)
class Slot:
    """Where one named array lies.

    Attributes
    ----------
    name : str
        ``"<layer position>.<name>"``, as in a PyTorch ``Sequential``.
    spec : ParameterSpec
        What the layer asked for.
    offset : int
        Of its first number, in the vector of weights or, for a buffer, in that of buffers.
    """

    name: str
    spec: ParameterSpec
    offset: int

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.spec.shape)


class Layout:
    """Where every array of a network lies in the flat vectors.

    Parameters
    ----------
    specs_by_layer : sequence of sequences of ParameterSpec
        What each layer asks for, in order.
    """

    def __init__(self, specs_by_layer: Sequence[Sequence[ParameterSpec]]) -> None:
        sizes = {True: 0, False: 0}
        by_layer = []
        for position, specs in enumerate(specs_by_layer):
            slots = []
            for spec in specs:
                slot = Slot(f"{position}.{spec.name}", spec, sizes[spec.trainable])
                sizes[spec.trainable] += slot.size
                slots.append(slot)
            by_layer.append(tuple(slots))
        self.by_layer: tuple[tuple[Slot, ...], ...] = tuple(by_layer)
        self.slots: tuple[Slot, ...] = tuple(slot for slots in by_layer for slot in slots)
        self.shapes: dict[str, Shape] = {slot.name: slot.spec.shape for slot in self.slots}
        self.size: int = sizes[True]
        self.buffer_size: int = sizes[False]

    @property
    def learning(self) -> tuple[int, ...]:
        """The positions of the layers that have something to learn."""
        return tuple(
            position
            for position, slots in enumerate(self.by_layer)
            if any(slot.spec.trainable for slot in slots)
        )

    def penalised_mask(self, dtype: DType) -> FloatArray:
        """Return (size,) ones where penalties apply and zeros elsewhere."""
        mask = np.zeros(self.size, dtype=dtype)
        for slot in self.slots:
            if slot.spec.trainable and slot.spec.penalised:
                mask[slot.offset : slot.offset + slot.size] = 1
        return mask

    def size_before(self, position: int) -> int:
        """Return how many trainable numbers the layers before that one have."""
        slots = (slot for layer in self.by_layer[:position] for slot in layer)
        return sum(slot.size for slot in slots if slot.spec.trainable)

    def layer_slice(self, position: int) -> slice:
        """Return where the trainable numbers of a layer lie in the vector."""
        trainable = [slot for slot in self.by_layer[position] if slot.spec.trainable]
        if not trainable:
            return slice(0, 0)
        return slice(trainable[0].offset, trainable[-1].offset + trainable[-1].size)


class Trail(Sequence["Parameters"]):
    """The weights of a network at the end of each epoch of a lap, to be looked at afterwards.

    Parameters
    ----------
    layout : Layout
        Of the network.
    epochs : int
        Room for so many.
    dtype : {"float32", "float64"}

    Attributes
    ----------
    rows : array of shape (epochs, layout.size + layout.buffer_size)
        An epoch each: the trainable numbers, then the buffers.
    """

    def __init__(self, layout: Layout, epochs: int, dtype: DType) -> None:
        self.layout = layout
        self.rows: FloatArray = np.empty((epochs, layout.size + layout.buffer_size), dtype)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, epoch: int, parameters: "Parameters") -> None:
        """Keep the weights of the epoch that has this place."""
        self.rows[epoch, : self.layout.size] = parameters.vector
        self.rows[epoch, self.layout.size :] = parameters.buffers

    def _part(self, rows: FloatArray) -> "Trail":
        part = Trail.__new__(Trail)
        part.layout, part.rows = self.layout, rows
        return part

    @overload
    def __getitem__(self, place: int) -> "Parameters": ...

    @overload
    def __getitem__(self, place: slice) -> "Trail": ...

    def __getitem__(self, place: int | slice) -> "Parameters | Trail":
        if isinstance(place, slice):
            return self._part(self.rows[place])
        row, size = self.rows[place], self.layout.size
        return Parameters(self.layout, row[:size], row[size:])


class Parameters(Mapping[str, FloatArray]):
    """The weights of a network (or their gradient), by name and as one vector.

    Parameters
    ----------
    layout : Layout
        Of the network.
    vector : array of shape (layout.size,)
        The trainable numbers. Not copied: views and vector share memory.
    buffers : array of shape (layout.buffer_size,), optional
        The others; zeros if left out.

    Examples
    --------
    >>> import axone as ax
    >>> params = ax.Network(ax.Dense(2, "relu"), input_shape=3).initialize(seed=0)
    >>> params["0.weight"].shape, params.vector.shape
    ((2, 3), (8,))
    """

    def __init__(
        self, layout: Layout, vector: FloatArray, buffers: FloatArray | None = None
    ) -> None:
        if buffers is None:
            buffers = np.zeros(layout.buffer_size, dtype=vector.dtype)
        if vector.shape != (layout.size,) or buffers.shape != (layout.buffer_size,):
            raise ShapeError(
                _(
                    "This network has {parameters} parameters and {buffers} buffers; the "
                    "vectors given have shapes {vector} and {buffer}.",
                    parameters=layout.size,
                    buffers=layout.buffer_size,
                    vector=vector.shape,
                    buffer=buffers.shape,
                )
            )
        self.layout = layout
        self.vector = vector
        self.buffers = buffers

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy or pickle of the views would no longer share memory with the vector.
        return Parameters, (self.layout, self.vector, self.buffers)

    # Made when they are asked for: copies that only travel as vectors never need them.
    @cached_property
    def by_layer(self) -> tuple[dict[str, FloatArray], ...]:
        """The arrays of each layer under the names that the layer knows them by."""
        return tuple(
            {slot.spec.name: self.view(slot) for slot in slots} for slots in self.layout.by_layer
        )

    @cached_property
    def _views(self) -> dict[str, FloatArray]:
        return {
            slot.name: self.by_layer[position][slot.spec.name]
            for position, slots in enumerate(self.layout.by_layer)
            for slot in slots
        }

    def view(self, slot: Slot) -> FloatArray:
        """Return the array that lies in one of the layout's slots."""
        home = self.vector if slot.spec.trainable else self.buffers
        return home[slot.offset : slot.offset + slot.size].reshape(slot.spec.shape)

    def __getitem__(self, name: str) -> FloatArray:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"Parameters({shapes}; {self.vector.dtype})"

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every array, by name."""
        return self.layout.shapes

    def copy(self) -> "Parameters":
        """Return the same numbers in memory of their own."""
        return Parameters(self.layout, self.vector.copy(), self.buffers.copy())

    def read_only(self) -> "Parameters":
        """Return the same numbers, in the same memory, as arrays that cannot be written to."""
        vector, buffers = self.vector.view(), self.buffers.view()
        vector.flags.writeable = buffers.flags.writeable = False
        return Parameters(self.layout, vector, buffers)

    def astype(self, dtype: DType) -> "Parameters":
        """Return the same numbers in another precision, in memory of their own."""
        return Parameters(self.layout, self.vector.astype(dtype), self.buffers.astype(dtype))

    def zeros_like(self) -> "Parameters":
        """Return zeros of the same layout, for a gradient."""
        return Parameters(self.layout, np.zeros_like(self.vector))

    def replaced(self, arrays: Mapping[str, Any]) -> "Parameters":
        """Return a copy with some arrays set to other values.

        Raises
        ------
        ShapeError
            A name that the network has not, or an array of another shape.
        """
        copy = self.copy()
        for name, array in arrays.items():
            if name not in self._views:
                raise ShapeError(
                    _(
                        "No parameter {name!r}: there are {names}.",
                        name=name,
                        names=listed(self._views),
                    )
                )
            if np.shape(array) != self._views[name].shape:
                raise ShapeError(
                    _(
                        "Parameter {name!r} has shape {shape}, not {found}.",
                        name=name,
                        shape=self._views[name].shape,
                        found=np.shape(array),
                    )
                )
            copy[name][...] = array
        return copy
