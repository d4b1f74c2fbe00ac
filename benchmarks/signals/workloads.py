"""Networks of signals, images and sequences that are trained, from ten numbers to LeNet-5.

They are described once, as data, and built with each library's own layers. Rows and initial weights
are drawn here and are the same for all, so that everybody must come to the same losses:
`benchmarks.signals.rounds` sees to it. The rows are drawn, not real, because what a step costs
depends on shapes alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.workloads import Rows

    Weights = list[dict[str, NDArray[np.float32]]]

Shape = tuple[int, ...]


class Form(NamedTuple):
    """What a layer makes of examples of one shape.

    Attributes
    ----------
    shape : tuple of int
        Of what it gives.
    weights : dict of str to (tuple of int, int)
        Of each array its shape, and the inputs of a unit: it is drawn with variance 2 over them.
    products : int
        Multiply-adds of weights and the layer's inputs, for one example.
    state_products : int
        Multiply-adds of weights and the layer's own state.
    """

    shape: Shape
    weights: dict[str, tuple[Shape, int]]
    products: int = 0
    state_products: int = 0


@dataclass(frozen=True)
class Convolution:
    """Over all axes after the first, with stride 1."""

    channels: int
    kernel: Shape
    padding: Literal["valid", "same"] = "valid"
    relu: bool = False
    bias: bool = True

    def form(self, shape: Shape) -> Form:
        """Return what it makes of channels and lengths."""
        inputs, *lengths = shape
        if self.padding == "valid":
            lengths = [n - k + 1 for n, k in zip(lengths, self.kernel, strict=True)]
        taps = inputs * prod(self.kernel)
        weights = {"weight": ((self.channels, inputs, *self.kernel), taps)}
        if self.bias:
            weights["bias"] = ((self.channels,), taps)
        return Form((self.channels, *lengths), weights, prod(lengths) * self.channels * taps)


@dataclass(frozen=True)
class BatchNormReLU:
    """Each channel brought to mean 0 and variance 1 over the batch, scaled, shifted, rectified."""

    def form(self, shape: Shape) -> Form:
        """Return the same shape; the weights are not products of matrices."""
        return Form(shape, {"weight": (shape[:1], 1), "bias": (shape[:1], 1)})


@dataclass(frozen=True)
class MaxPool:
    """The largest of windows of two along each axis after the first."""

    def form(self, shape: Shape) -> Form:
        """Return half the lengths."""
        return Form((shape[0], *(length // 2 for length in shape[1:])), {})


@dataclass(frozen=True)
class GlobalAverage:
    """The mean of each channel."""

    def form(self, shape: Shape) -> Form:
        """Return the channels."""
        return Form(shape[:1], {})


@dataclass(frozen=True)
class Flatten:
    """All numbers of an example in a row."""

    def form(self, shape: Shape) -> Form:
        """Return how many there are."""
        return Form((prod(shape),), {})


@dataclass(frozen=True)
class Dense:
    """A dense layer."""

    units: int
    relu: bool = False

    def form(self, shape: Shape) -> Form:
        """Return the units."""
        (inputs,) = shape
        weights = {"weight": ((self.units, inputs), inputs), "bias": ((self.units,), inputs)}
        return Form((self.units,), weights, self.units * inputs)


@dataclass(frozen=True)
class Recurrent:
    """An LSTM or a GRU along (length, features), of which the last state is kept.

    The gates are in PyTorch's order. PyTorch has two biases a gate, of which one is enough: only
    the GRU's candidate needs its ``recurrent_bias``.
    """

    cell: Literal["LSTM", "GRU"]
    units: int

    @property
    def gates(self) -> int:
        """How many matrices are stacked."""
        return {"LSTM": 4, "GRU": 3}[self.cell]

    def form(self, shape: Shape) -> Form:
        """Return the units; the first state is of zeros, which need no product."""
        length, features = shape
        rows, units = self.gates * self.units, self.units
        # Half the inputs are the features and half the state, whose variance is well below 1.
        weights = {
            "weight": ((rows, features), 2 * features),
            "recurrent_weight": ((rows, units), 2 * units),
            "bias": ((rows,), 2 * units),
        }
        if self.cell == "GRU":
            weights["recurrent_bias"] = ((units,), 2 * units)
        return Form(
            (units,), weights, length * rows * features, state_products=(length - 1) * rows * units
        )


Layer = Convolution | BatchNormReLU | MaxPool | GlobalAverage | Flatten | Dense | Recurrent


@dataclass(frozen=True)
class SignalWorkload:
    """A network with a softmax at its end, and how long it is trained.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of an example: (channels, length), (channels, height, width) or (length, features).
    layers : tuple
    optimizer : {"adam", "sgd"}
    batch_size, rows, epochs : int
    """

    name: str
    shape: Shape
    layers: tuple[Layer, ...]
    optimizer: Literal["adam", "sgd"]
    batch_size: int
    rows: int
    epochs: int

    @property
    def label(self) -> str:
        """The name with the batch size."""
        return f"{self.name} b{self.batch_size}"

    @property
    def steps(self) -> int:
        """Updates of a whole fit."""
        return self.epochs * (self.rows // self.batch_size)

    def forms(self) -> Iterator[Form]:
        """Yield what each layer makes of its inputs."""
        shape = self.shape
        for layer in self.layers:
            form = layer.form(shape)
            yield form
            shape = form.shape

    @property
    def classes(self) -> int:
        """Outputs."""
        *_, last = self.forms()
        return last.shape[0]

    @property
    def flops(self) -> int:
        """Floating-point operations of a step's products.

        2·batch·(3·multiply-adds − the first layer's): forward, gradient of the weights and gradient
        of the inputs, which the first layer does not need; its states, if it has any, do.
        """
        forms = list(self.forms())
        first = forms[0].products
        every = sum(form.products + form.state_products for form in forms)
        return 2 * self.batch_size * (3 * every - first)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(prod(shape) for form in self.forms() for shape, _ in form.weights.values())

    def draw_rows(self) -> "Rows":
        """Draw normal examples and the classes that a random linear map gives them.

        Returns
        -------
        X : array of shape (rows, *shape), float32
        y : array of shape (rows,), int64
        """
        import numpy as np

        random = np.random.default_rng(0)
        X = random.standard_normal((self.rows, *self.shape), dtype=np.float32)
        teacher = random.standard_normal((prod(self.shape), self.classes), dtype=np.float32)
        return X, (X.reshape(self.rows, -1) @ teacher).argmax(axis=1)

    def draw_weights(self) -> "Weights":
        """Draw each layer's initial weights by name; a batch norm's are 1 and 0."""
        import numpy as np

        random = np.random.default_rng(1)

        def draw(shape: Shape, inputs: int) -> "NDArray[np.float32]":
            return random.normal(0, (2 / inputs) ** 0.5, shape).astype(np.float32)

        weights: Weights = []
        for layer, form in zip(self.layers, self.forms(), strict=True):
            if isinstance(layer, BatchNormReLU):
                (channels, _), _ = form.weights.values()
                ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
                weights.append({"weight": ones, "bias": zeros})
                continue
            arrays = {name: draw(*wanted) for name, wanted in form.weights.items()}
            for name in arrays.keys() & {"bias", "recurrent_bias"}:
                arrays[name] *= np.float32(0.1)
            weights.append(arrays)
        return weights

    def beginning(self) -> "SignalWorkload":
        """Return four epochs of three steps, in which all are to learn the same."""
        return replace(self, rows=3 * self.batch_size, epochs=4)

    def shortened(self) -> "SignalWorkload":
        """Return the same network trained a quarter as long, for a quick look."""
        return replace(self, epochs=max(1, self.epochs // 4))


LENET = (
    Convolution(6, (5, 5), "same", relu=True),
    MaxPool(),
    Convolution(16, (5, 5), relu=True),
    MaxPool(),
    Flatten(),
    Dense(120, relu=True),
    Dense(84, relu=True),
    Dense(10),
)
"""LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) as it is trained today, with ReLU and maxima."""

COURSE = (
    Convolution(1, (3,), relu=True),
    MaxPool(),
    Flatten(),
    Dense(8, relu=True),
    Dense(2),
)
"""The 1D-CNN of the course: lengths 10 → 8 → 4."""

FCN = (
    *(Convolution(128, (8,), "same", bias=False), BatchNormReLU()),
    *(Convolution(256, (5,), "same", bias=False), BatchNormReLU()),
    *(Convolution(128, (3,), "same", bias=False), BatchNormReLU()),
    GlobalAverage(),
    Dense(4),
)
"""The fully convolutional network of Wang, Yan & Oates 2017, without the biases that the batch
norms take away again."""


def _lenet(batch_size: int) -> SignalWorkload:
    return SignalWorkload("lenet", (1, 28, 28), LENET, "adam", batch_size, 4096, 1)


def _course(batch_size: int) -> SignalWorkload:
    return SignalWorkload("course-1d", (1, 10), COURSE, "sgd", batch_size, 960, 20)


def _fcn(batch_size: int) -> SignalWorkload:
    """Of the shape of basic_motions: six sensors, a hundred positions."""
    return SignalWorkload("fcn-1d", (6, 100), FCN, "adam", batch_size, 48, 10)


def _recurrent(cell: Literal["LSTM", "GRU"], batch_size: int) -> SignalWorkload:
    """Of the shape of japanese_vowels: 25 positions of twelve features, nine speakers."""
    layers = (Recurrent(cell, 32), Dense(9))
    return SignalWorkload(cell.lower(), (25, 12), layers, "adam", batch_size, 256, 12)


SIGNAL_WORKLOADS = {
    f"{workload.name}-{workload.batch_size}": workload
    for workload in (
        *(_lenet(batch_size) for batch_size in (32, 128, 512)),
        *(_course(batch_size) for batch_size in (10, 32)),
        _fcn(16),
        *(_recurrent("LSTM", batch_size) for batch_size in (16, 64)),
        *(_recurrent("GRU", batch_size) for batch_size in (16, 64)),
    )
}
