"""The networks of signals, images and sequences by PyTorch's layers, eager and compiled."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.signals.opponents import RATES, Program
from benchmarks.signals.workloads import (
    BatchNormReLU,
    Convolution,
    Dense,
    Flatten,
    GlobalAverage,
    Layer,
    MaxPool,
    Recurrent,
    Shape,
    SignalWorkload,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.signals.workloads import Weights
    from benchmarks.workloads import Rows

    Array = NDArray[np.float32]

OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


class LastState(nn.Module):  # type: ignore[misc]  # PyTorch is not read by mypy
    """A recurrent layer of which the last state is kept.

    PyTorch adds two biases of the same gradient in every gate, of which Adam would move both. The
    second stays at 0, but where it is multiplied by the GRU's reset gate.
    """

    def __init__(self, layer: Recurrent, features: int) -> None:
        super().__init__()
        kind = nn.LSTM if layer.cell == "LSTM" else nn.GRU
        self.layer = kind(features, layer.units, batch_first=True)
        held = 4 * layer.units if layer.cell == "LSTM" else 2 * layer.units

        def hold(bias: Tensor) -> None:
            assert bias.grad is not None
            bias.grad[:held].zero_()

        self.layer.bias_hh_l0.register_post_accumulate_grad_hook(hold)

    def forward(self, x: Tensor) -> Tensor:
        """Return the state after the last position."""
        states, _ = self.layer(x)
        return states[:, -1]

    def starts(self, arrays: "dict[str, Array]") -> "list[tuple[Tensor, Array]]":
        """Return each parameter with its initial numbers."""
        second = np.zeros(self.layer.bias_hh_l0.shape, np.float32)
        if "recurrent_bias" in arrays:
            second[-self.layer.hidden_size :] = arrays["recurrent_bias"]
        return [
            (self.layer.weight_ih_l0, arrays["weight"]),
            (self.layer.weight_hh_l0, arrays["recurrent_weight"]),
            (self.layer.bias_ih_l0, arrays["bias"]),
            (self.layer.bias_hh_l0, second),
        ]


def prepare(
    workload: SignalWorkload, rows: "Rows", weights: "Weights", *, compiled: bool = False
) -> Program:
    """Return a loop over batches with a fused optimiser.

    Images are kept with their channels last, which is faster; forward and backward pass are
    compiled by `torch.compile` where that is wanted.
    """
    network, starts = _network(workload, weights)
    X, y = map(torch.from_numpy, rows)
    if X.ndim == 4:
        X = X.contiguous(memory_format=torch.channels_last)
        network = network.to(memory_format=torch.channels_last)

    def loss_of(X: Tensor, y: Tensor) -> Tensor:
        return nn.functional.cross_entropy(network(X), y)

    if compiled:
        torch._dynamo.config.allow_rnn = True  # a GRU is compiled position after position
        loss_of = torch.compile(loss_of)

    def train(orders: "list[Tensor]") -> list[list[Tensor]]:
        with torch.no_grad():
            for parameter, array in starts:
                parameter.copy_(torch.from_numpy(array))
        optimizer: Any = OPTIMIZERS[workload.optimizer](
            network.parameters(), lr=RATES[workload.optimizer], fused=True
        )
        losses: list[list[Tensor]] = []
        for order in orders:
            losses.append([])
            for batch in order.split(workload.batch_size):
                loss = loss_of(X.index_select(0, batch), y.index_select(0, batch))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                losses[-1].append(loss.detach())
        return losses

    def fit() -> None:
        torch.manual_seed(0)
        train([torch.randperm(workload.rows) for _ in range(workload.epochs)])

    def first_losses() -> list[float]:
        beginning = workload.beginning()
        losses = train([torch.arange(beginning.rows)] * beginning.epochs)
        return [float(torch.stack(epoch).mean()) for epoch in losses]

    return Program(fit, first_losses)


def _network(
    workload: SignalWorkload, weights: "Weights"
) -> "tuple[nn.Sequential, list[tuple[Tensor, Array]]]":
    modules: list[nn.Module] = []
    starts: list[tuple[Tensor, Array]] = []
    shape = workload.shape
    for layer, form, arrays in zip(workload.layers, workload.forms(), weights, strict=True):
        first, *others = _modules(layer, shape)
        modules += [first, *others]
        if isinstance(first, LastState):
            starts += first.starts(arrays)
        else:
            starts += [(getattr(first, name), array) for name, array in arrays.items()]
        shape = form.shape
    return nn.Sequential(*modules), starts


def _modules(layer: Layer, shape: Shape) -> list[nn.Module]:
    """Return the layer and what follows it; only the first of them has parameters."""
    is_signal = len(shape) == 2
    modules: list[nn.Module]
    match layer:
        case Convolution(channels, kernel, padding, relu, bias):
            # An even kernel that is to keep the length is padded by a copy, and says so.
            warnings.filterwarnings("ignore", "Using padding='same' with even kernel")
            convolution = nn.Conv1d if is_signal else nn.Conv2d
            modules = [convolution(shape[0], channels, kernel, padding=padding, bias=bias)]
            modules += [nn.ReLU()] if relu else []
        case BatchNormReLU():
            batch_norm = nn.BatchNorm1d if is_signal else nn.BatchNorm2d
            modules = [batch_norm(shape[0]), nn.ReLU()]
        case MaxPool():
            modules = [nn.MaxPool1d(2) if is_signal else nn.MaxPool2d(2)]
        case GlobalAverage():
            average = nn.AdaptiveAvgPool1d if is_signal else nn.AdaptiveAvgPool2d
            modules = [average(1), nn.Flatten()]
        case Flatten():
            modules = [nn.Flatten()]
        case Dense(units, relu):
            modules = [nn.Linear(*shape, units), *([nn.ReLU()] if relu else [])]
        case Recurrent():
            modules = [LastState(layer, shape[1])]
    return modules
