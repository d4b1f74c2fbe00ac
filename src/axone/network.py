"""The network: layers in order, described once, as data.

A `Network` knows shapes and where every parameter lies; it holds no weights and runs nothing fast.
Engines run it; everything else only describes, draws or saves it.
"""

import contextlib
import math
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from axone.activations import ActivationFunction
from axone.arrays import BoolArray, DType, FloatArray, Shape
from axone.bounds import MOST_LAYERS, MOST_PARAMETERS
from axone.checks import as_array, check_choice, check_seed, checked_shape
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError
from axone.initializers import Constant, Zeros
from axone.layers import LAYERS, PREDICTION, Context, Layer
from axone.layers.collapsing import collapsed, linear_runs
from axone.layers.sequence import (
    LayerTrace,
    forward_through,
    kept_numbers_of,
    layer_kind,
    masks_between,
    multiply_adds_of,
    output_shapes,
    trace_through,
)
from axone.messages import _, _n
from axone.parameters import Layout, Parameters
from axone.random import WEIGHTS, RandomStream
from axone.registry import plain
from axone.summary import Summary, summarised

_PREDICTION_ROWS = 4096

_LONGEST_NAME = 100
"""Characters of a layer's name."""


class Network:
    """A row of layers, from the shape of an example to the shape of its prediction.

    Parameters
    ----------
    *layers : Layer
        In the order in which they run.
    input_shape : int or sequence of int
        Of one example: ``784``, ``(784,)``, ``(1, 28, 28)``.
    layer_names : sequence of str, optional
        What to call the layers in the summary and in messages, besides their kinds; one more name
        than layers begins with the input's. Parameters keep the names of their positions, and
        networks that differ in names alone are equal.

    Attributes
    ----------
    layer_names : tuple of str
        One a layer, ``""`` where it has none.
    input_name : str
        ``""`` where it has none.

    Raises
    ------
    ShapeError
        A layer cannot take what the one before it gives.
    ConfigurationError
        No layers, something else than layers, names that are not one for each, or more layers or
        numbers than `axone.bounds` allow.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(16, "relu"), ax.Dense(3, "softmax"), input_shape=4)
    >>> network.output_shape, network.parameter_count
    ((3,), 131)
    """

    def __init__(
        self,
        *layers: Layer,
        input_shape: int | Sequence[int],
        layer_names: Sequence[str] = (),
    ) -> None:
        if not layers:
            raise ConfigurationError(_("A network needs at least one layer."))
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ConfigurationError(
                    _("A network is made of layers, not of {layer!r}.", layer=layer)
                )
        if len(layers) > MOST_LAYERS:
            raise ConfigurationError(
                _(
                    "A network of {layers:,} layers: at most {most:,} are allowed.",
                    layers=len(layers),
                    most=MOST_LAYERS,
                )
            )
        shape = checked_shape("input_shape", input_shape)
        self.layers: tuple[Layer, ...] = layers
        self.input_shape: Shape = shape
        self.input_name, self.layer_names = _checked_names(layer_names, len(layers))
        self.shapes: tuple[Shape, ...] = output_shapes(layers, shape, self.layer_names)
        before = (shape, *self.shapes)
        self.layout = Layout(
            [layer.parameters(before[position]) for position, layer in enumerate(layers)]
        )
        _require_holdable(self)

    @property
    def output_shape(self) -> Shape:
        """The shape of the prediction for one example."""
        return self.shapes[-1]

    @property
    def parameter_count(self) -> int:
        """How many numbers training adjusts."""
        return self.layout.size

    @cached_property
    def multiply_adds(self) -> int:
        """The multiplications of one example in all layers' products, each with an addition."""
        return multiply_adds_of(self.layers, self.input_shape)

    def rows_together(self, most: int, numbers: int = 2**23) -> int:
        """Return how many rows should pass together where it does not matter.

        Parameters
        ----------
        most : int
            Were examples as small as can be.
        numbers : int, default 2**23
            That they may leave behind, about: 32 MB in float32.
        """
        return max(1, min(most, numbers // self.kept_numbers))

    @cached_property
    def kept_numbers(self) -> int:
        """About how many numbers of an example a forward pass leaves behind, its own too."""
        return kept_numbers_of(self.layers, self.input_shape)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the input and of every layer; empty where nothing has one."""
        names = (self.input_name, *self.layer_names)
        return names if any(names) else ()

    def __repr__(self) -> str:
        layers = ", ".join(map(repr, self.layers))
        names = f", layer_names={self.names}" if self.names else ""
        return f"Network({layers}, input_shape={self.input_shape}{names})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Network)
            and self.layers == other.layers
            and self.input_shape == other.input_shape
        )

    def __hash__(self) -> int:
        return hash((self.layers, self.input_shape))

    def initialize(self, seed: int = 0, dtype: DType = "float32") -> Parameters:
        """Draw the initial weights.

        Parameters
        ----------
        seed : int
            The same seed gives the same weights; float32 ones are the float64 ones rounded.
        dtype : {"float32", "float64"}
        """
        check_seed(seed)
        check_choice("dtype", dtype, ("float32", "float64"))
        return self.draw(RandomStream.from_seed(seed).child(WEIGHTS), dtype)

    def draw(self, stream: RandomStream, dtype: DType) -> Parameters:
        """Draw the initial weights from a stream, each array from a child of its own.

        Parameters
        ----------
        stream : RandomStream
            `initialize` takes the child `WEIGHTS` of a seed's.
        dtype : {"float32", "float64"}
        """
        for position in self.symmetric_layers():
            warnings.warn(
                _(
                    "All weights of layer {position} start at the same value: its units stay "
                    "alike for ever. Leave the initializer out, or choose a random one.",
                    position=self._numbered(position),
                ),
                stacklevel=3,
            )
        parameters = Parameters(self.layout, np.zeros(self.layout.size, dtype=dtype))
        for number, slot in enumerate(self.layout.slots):
            spec = slot.spec
            if type(spec.initializer) is Zeros:
                continue  # as the vectors are made
            with np.errstate(over="ignore"):  # what is infinite then diverges, and is told so
                parameters.view(slot)[...] = spec.initializer.draw(
                    spec.shape, spec.fan_in, spec.fan_out, stream.child(number)
                )
        return parameters

    def symmetric_layers(self) -> list[int]:
        """Return the layers whose units start all alike, and therefore stay alike for ever.

        Every unit gets the same gradient, so that the layer learns no more than a single unit.
        """
        alike = (Zeros, Constant)
        return [
            position
            for position, slots in enumerate(self.layout.by_layer)
            if any(
                slot.spec.penalised
                and slot.spec.shape[0] > 1
                and isinstance(slot.spec.initializer, alike)
                for slot in slots
            )
        ]

    def layer_kind(self, position: int) -> str:
        """Return what a layer is called in a message: ``"Dense 'hidden 1'"``."""
        return layer_kind(self.layers, position, self.layer_names)

    def layers_up_to(self, last: int | str) -> int:
        """Return how many layers there are up to one and with it.

        Parameters
        ----------
        last : int or str
            The name of that layer, or the number of layers itself.

        Raises
        ------
        UnknownNameError
            No layer of that name.

        Examples
        --------
        >>> import axone as ax
        >>> layers = [ax.Dense(8, "relu"), ax.Dense(4, "relu"), ax.Dense(3, "softmax")]
        >>> network = ax.Network(*layers, input_shape=2, layer_names=["edges", "forms", "classes"])
        >>> network.layers_up_to("forms"), network.layers_up_to(1)
        (2, 1)
        """
        if not isinstance(last, str):
            return last
        if last not in self.layer_names or not last:
            names = [name for name in self.layer_names if name]
            if not names:
                raise ConfigurationError(
                    _(
                        "No layer is called {name!r}, since these layers have no names: count "
                        "them instead, from 0 to {most}.",
                        name=last,
                        most=len(self.layers) - 1,
                    )
                )
            raise UnknownNameError(_("layer"), last, names)
        return self.layer_names.index(last) + 1

    def _numbered(self, position: int) -> str:
        name = self.layer_names[position]
        return f"{position} ({name!r})" if name else str(position)

    @property
    def takes_tokens(self) -> bool:
        """Whether examples are token numbers: integers that nobody scales or casts."""
        return self.layers[0].takes_tokens

    @cached_property
    def takes_masks(self) -> bool:
        """Whether rows may be of unlike lengths: masks are known up to where positions end."""
        if len(self.input_shape) not in (1, 2):
            return False
        for length in {self.input_shape[0], self.input_shape[-1]}:
            mask = np.ones((1, length), dtype=bool)
            with contextlib.suppress(ShapeError):
                if masks_between(self.layers, mask)[-1] is None:
                    return True
        return False

    def predict(self, parameters: Parameters, X: Any, mask: Any = None) -> FloatArray:
        """Return the predictions ŷ for examples X, of shape (m, *output_shape).

        Computed in the precision of the parameters, some thousand rows at a time.

        Parameters
        ----------
        X : array of shape (m, *input_shape)
        mask : array of bool of shape (m, length), optional
            Which positions of each row are there; all if left out.
        """
        X = self.check_examples(X)
        mask = self.check_mask(mask, len(X))
        self.check_parameters(parameters)
        dtype = parameters.vector.dtype
        parts = []
        together = self.rows_together(_PREDICTION_ROWS)
        for start in range(0, len(X), together):
            rows = slice(start, start + together)
            context = PREDICTION if mask is None else Context(mask=mask[rows])
            x = self.cast_examples(X[rows], dtype)
            parts.append(forward_through(self.layers, parameters.by_layer, x, context)[0])
        return np.concatenate(parts) if parts else np.empty((0, *self.output_shape), dtype)

    def trace(
        self, parameters: Parameters, X: Any, dy: Any = None, mask: Any = None
    ) -> tuple[LayerTrace, ...]:
        """Return what every layer computes for a batch: z, a and, given ∂L/∂ŷ, δ and gradients.

        Parameters
        ----------
        X : array of shape (m, *input_shape)
        dy : array of shape (m, *output_shape), optional
            ∂L/∂ŷ, from which the backward pass begins.
        mask : array of bool of shape (m, length), optional

        Examples
        --------
        >>> import axone as ax
        >>> network = ax.Network(ax.Dense(1, "relu"), input_shape=2)
        >>> arrays = {"0.weight": [[0.2, -0.5]], "0.bias": [0.1]}
        >>> parameters = network.initialize(dtype="float64").replaced(arrays)
        >>> for step in network.trace(parameters, [[2.0, 3.0]])[0].forward:
        ...     print(step.equation, step.array.round(9).tolist())
        z = W·x + b [[-1.0]]
        a = max(0, z) [[0.0]]
        """
        X = self.check_examples(X)
        self.check_parameters(parameters)
        dtype = parameters.vector.dtype
        if dy is not None:
            dy = np.asarray(dy, dtype=dtype)
            if dy.shape != (len(X), *self.output_shape):
                raise ShapeError(
                    _(
                        "∂L/∂ŷ has shape {shape}: it needs that of the predictions, {wanted}.",
                        shape=dy.shape,
                        wanted=(len(X), *self.output_shape),
                    )
                )
        context = Context(mask=self.check_mask(mask, len(X)))
        x = self.cast_examples(X, dtype)
        return trace_through(self.layers, parameters.by_layer, x, context, dy)

    def check_examples(self, X: Any) -> FloatArray:
        """Return X as an array of examples of this network's input shape.

        Raises
        ------
        ShapeError
            It has another shape.
        DataError
            It holds something other than numbers or, where tokens are read, other than integers
            that the first layer knows.
        """
        X = as_array(X, "X")
        if X.dtype.kind not in "biuf":
            raise DataError(
                _("X holds {dtype}, not numbers: encode categories, convert text.", dtype=X.dtype)
            )
        if X.shape[1:] != self.input_shape or X.ndim == 0:
            raise ShapeError(
                _(
                    "This network takes examples of shape {input_shape}, that is X of shape "
                    "{wanted}; X has shape {shape}.",
                    input_shape=self.input_shape,
                    wanted=("m", *self.input_shape),
                    shape=X.shape,
                )
            )
        if self.takes_tokens:
            if X.dtype.kind not in "iu":
                raise DataError(
                    _(
                        "Layer 0 ({kind}) reads token numbers, and X holds {dtype}: give "
                        "integers, neither scaled nor cast (`X.astype(int)` if they are whole).",
                        kind=self.layer_kind(0),
                        dtype=X.dtype,
                    )
                )
            self.layers[0].check_tokens(X)
        return X

    def cast_examples(self, X: FloatArray, dtype: Any) -> FloatArray:
        """Return examples in the precision in which they are computed; tokens stay integers."""
        with np.errstate(over="ignore"):  # an infinity is told with its place
            return X if self.takes_tokens else X.astype(dtype, copy=False)

    def check_mask(self, mask: Any, rows: int) -> BoolArray | None:
        """Return the mask of so many rows as an array of bool; None if there is none.

        Raises
        ------
        DataError
            It holds something other than True and False, or leaves out a whole row.
        ShapeError
            It has another shape, or meets a layer that does not know masks, or none that ends the
            positions before the output: the loss would count those that are not there.
        """
        if mask is None:
            return None
        mask = as_array(mask, _("The mask"))
        if mask.dtype != np.bool_:
            raise DataError(
                _(
                    "The mask holds {dtype}: give True for every position that is there, for "
                    "instance `positions < lengths[:, None]`.",
                    dtype=mask.dtype,
                )
            )
        lengths = {self.input_shape[0], self.input_shape[-1]} if self.input_shape else set()
        if mask.ndim != 2 or len(mask) != rows or mask.shape[1] not in lengths:
            raise ShapeError(
                _(
                    "A mask of {rows} examples of shape {input_shape} has shape (m, length), "
                    "one position a token, vector or sample; the mask given has shape "
                    "{shape}.",
                    rows=rows,
                    input_shape=self.input_shape,
                    shape=mask.shape,
                )
            )
        if not mask.any(axis=1).all():
            empty = int(np.argmin(mask.any(axis=1)))
            raise DataError(
                _("The mask leaves out every position of row {row}: drop the row.", row=empty)
            )
        if masks_between(self.layers, mask, self.layer_names)[-1] is not None:
            raise ShapeError(
                _(
                    "Layer {position} ({kind}): the mask reaches the output, where the loss would "
                    "count positions that are not there: put LastStep(), or another layer "
                    "that ends the positions, before it.",
                    position=len(self.layers) - 1,
                    kind=self.layer_kind(len(self.layers) - 1),
                )
            )
        return mask

    def check_parameters(self, parameters: Parameters) -> None:
        """Refuse the parameters of a network whose arrays have other names or shapes.

        Raises
        ------
        ShapeError
            The first array that is missing, superfluous or of another shape.
        """
        given, wanted = parameters.shapes, self.layout.shapes
        if given is wanted:
            return
        for name in [*wanted, *given]:
            if given.get(name) != wanted.get(name):
                nothing = _("none")
                raise ShapeError(
                    _(
                        "These are the parameters of another network: {name!r} has shape {found}, "
                        "this network needs {wanted}.",
                        name=name,
                        found=given.get(name, nothing),
                        wanted=wanted.get(name, nothing),
                    )
                )

    def split_output(self) -> tuple[tuple[Layer, ...], ActivationFunction]:
        """Return the layers without the output activation, and that activation."""
        return self._split_output

    @cached_property
    def _split_output(self) -> tuple[tuple[Layer, ...], ActivationFunction]:
        last, activation = self.layers[-1].split_activation()
        return (*self.layers[:-1], last), activation

    def collapse(self, parameters: Parameters) -> tuple["Network", Parameters]:
        """Return the network whose linear layers one after another are one, and its parameters.

        Dense layers (and those of positions) with nothing between them, and no activation but that
        of the last, are a single one: its weight is the product of theirs. The predictions stay the
        same, to rounding; a narrow layer between wide ones is no longer there to save numbers.

        Parameters
        ----------
        parameters : Parameters
            Of this network; they are not changed.

        Examples
        --------
        >>> import axone as ax
        >>> deep = ax.Network(ax.Dense(3), ax.Dense(2), ax.Dense(1, "sigmoid"), input_shape=4)
        >>> network, parameters = deep.collapse(deep.initialize(seed=1))
        >>> network, parameters["0.weight"].shape
        (Network(Dense(units=1, activation=Sigmoid(), ...), input_shape=(4,)), (1, 4))
        """
        self.check_parameters(parameters)
        runs = {run.first: run for run in linear_runs(self.layers)}
        layers: list[Layer] = []
        names: list[str] = []
        arrays: list[Mapping[str, FloatArray]] = []
        position = 0
        while position < len(self.layers):
            last = runs[position].last if position in runs else position
            layer, own = self.layers[position], parameters.by_layer[position]
            if position in runs:
                part = slice(position, last + 1)
                layer, own = collapsed(self.layers[part], parameters.by_layer[part])
            layers.append(layer)
            arrays.append(own)
            names.append(self.layer_names[last])
            position = last + 1
        named = (self.input_name, *names) if self.names else ()
        network = Network(*layers, input_shape=self.input_shape, layer_names=named)
        dtype = parameters.vector.dtype
        empty = Parameters(
            network.layout,
            np.zeros(network.layout.size, dtype),
            np.zeros(network.layout.buffer_size, dtype),
        )
        by_name = {
            f"{place}.{name}": array
            for place, own in enumerate(arrays)
            for name, array in own.items()
        }
        return network, empty.replaced(by_name)

    def summary(self) -> Summary:
        """Return the table of layers, output shapes and parameters; print it to read it.

        With convolutions, pools or recurrent layers it also tells how many multiplications, each
        with an addition, one example takes, and how many positions of the input an output sees, its
        receptive field.

        Examples
        --------
        >>> import axone as ax
        >>> print(ax.Network(ax.Dense(3, "softmax"), input_shape=4).summary())
        Layer              Output shape   Parameters
        0 Dense (softmax)          (3,)           15
        Total                                     15
        >>> named = ax.Network(ax.Dense(3, "softmax"), input_shape=4, layer_names=["species"])
        >>> print(named.summary().rows[0].label)
        species: Dense (softmax)
        >>> lengths = ax.Network(
        ...     ax.Conv1D(4, 3), ax.MaxPool(2), ax.GlobalPool(), input_shape=(1, 10)
        ... )
        >>> print(lengths.summary())
        Layer                   Output shape  Parameters  Multiply-adds  Field
        0 Conv1D                      (4, 8)          16             96      3
        1 MaxPool                     (4, 4)           0              0      4
        2 GlobalPool (average)          (4,)           0              0    all
        Total                                         16             96
        """
        trained = [
            sum(slot.size for slot in slots if slot.spec.trainable)
            for slots in self.layout.by_layer
        ]
        shapes = (self.input_shape, *self.shapes)
        return summarised(self.layers, self.layer_names, shapes, trained, self.layout.buffer_size)

    def to_data(self) -> dict[str, Any]:
        """Describe the network as what JSON and TOML can hold."""
        named = {"layer_names": list(self.names)} if self.names else {}
        return {"input_shape": list(self.input_shape), "layers": plain(self.layers), **named}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Network":
        """Build the network that `to_data` described."""
        try:
            layers, input_shape = data["layers"], data["input_shape"]
            names = data.get("layer_names", ())
        except (KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                _("A network needs layers and input_shape: {error}", error=error)
            ) from error
        described = (LAYERS.resolve(layer) for layer in layers)
        return cls(*described, input_shape=input_shape, layer_names=names)


def _checked_names(names: Sequence[str], layers: int) -> tuple[str, tuple[str, ...]]:
    """Return the input's name and one for each layer, "" for what has none.

    Raises
    ------
    ConfigurationError
        Not one for each layer, perhaps after the input's; or something else than words that can be
        printed.
    """
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise ConfigurationError(
            _("layer_names must be a list of texts, not {found!r:.60}.", found=names)
        )
    for name in names:
        if not isinstance(name, str) or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise ConfigurationError(
                _(
                    "layer_names: a name is a text of at most {most} printable characters, not "
                    "{found!r:.80}.",
                    most=_LONGEST_NAME,
                    found=name,
                )
            )
    if len(names) not in (0, layers, layers + 1):
        raise ConfigurationError(
            _(
                "layer_names has {names} for {layers}: give one for each, or the input's and one "
                "for each.",
                names=_n("{count} name", "{count} names", len(names)),
                layers=_n("{count} layer", "{count} layers", layers),
            )
        )
    padded = [*[""] * (layers + 1 - len(names)), *names] if names else [""] * (layers + 1)
    return padded[0], tuple(padded[1:])


def _require_holdable(network: Network) -> None:
    """Refuse a network of more numbers than memory could hold, before any of them is made.

    Raises
    ------
    ConfigurationError
        With the layer that has most of them, or whose output has.
    """
    sizes = [sum(slot.size for slot in slots) for slots in network.layout.by_layer]
    if sum(sizes) > MOST_PARAMETERS:
        position = int(np.argmax(sizes))
        raise ConfigurationError(
            _(
                "The network has {count:,} parameters, {most_of_them:,} of them in layer "
                "{position} ({kind}): at most {most:,} are allowed. Make its layers smaller.",
                count=sum(sizes),
                most_of_them=sizes[position],
                position=position,
                kind=type(network.layers[position]).__name__,
                most=MOST_PARAMETERS,
            )
        )
    for shape in (network.input_shape, *network.shapes):
        if math.prod(shape) > MOST_PARAMETERS:
            raise ConfigurationError(
                _(
                    "An example of shape {shape} holds {count:,} numbers: at most {most:,} are "
                    "allowed. Make it smaller.",
                    shape=shape,
                    count=math.prod(shape),
                    most=MOST_PARAMETERS,
                )
            )
