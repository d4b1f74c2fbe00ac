"""PyTorch modules for what PyTorch has no module of its own for."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from axone.arrays import Shape
from axone.layers import (
    Attention,
    ChannelDropout,
    Dropout,
    GaussianNoise,
    GRUCell,
    LSTMCell,
    Recurrent,
    RNNCell,
)
from axone.layers.positional_encoding import sinusoids
from axone.layers.windows import Window
from axone.random import RandomStream


class Exponential(nn.Module):
    """eᶻ, for which PyTorch has a function but no module."""

    def forward(self, z: Any) -> Any:
        """Return eᶻ."""
        return torch.exp(z)


class Sum(nn.Module):
    """S(x) + F(x)."""

    def __init__(self, inner: Any, shortcut: Any) -> None:
        super().__init__()
        self.inner, self.shortcut = inner, shortcut

    def forward(self, x: Any) -> Any:
        """Return S(x) + F(x)."""
        return self.shortcut(x) + self.inner(x)


class Padding(nn.Module):
    """What windows hold beyond the example, on each side its own.

    Parameters
    ----------
    windows : sequence of Window
        Axis by axis.
    value : float, default 0
    """

    def __init__(self, windows: Sequence[Window], value: float = 0.0) -> None:
        super().__init__()
        # PyTorch counts from the last axis.
        self.sides = [side for window in reversed(windows) for side in window.sides]
        self.value = value

    def forward(self, x: Any) -> Any:
        """Return x with its margins; what no window reaches is cut off."""
        return functional.pad(x, self.sides, value=self.value) if any(self.sides) else x


class AveragePresent(nn.Module):
    """The mean of the cells of a window that are no padding.

    Parameters
    ----------
    windows : sequence of Window
        Axis by axis.
    dtype : torch.dtype
    """

    def __init__(self, windows: Sequence[Window], dtype: Any) -> None:
        super().__init__()
        self.padding = Padding(windows)
        of_axes = {1: nn.AvgPool1d, 2: nn.AvgPool2d}
        self.mean = of_axes[len(windows)](
            tuple(window.size for window in windows), tuple(window.stride for window in windows)
        )
        ones = torch.ones((1, 1, *(window.length for window in windows)), dtype=dtype)
        self.share = self.mean(self.padding(ones))

    def forward(self, x: Any) -> Any:
        """Return the means: those of whole windows, divided by the share that is there."""
        return self.mean(self.padding(x)) / self.share


class Globally(nn.Module):
    """The mean, or the first of the largest, of every channel."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        """Return one number a channel."""
        flat = x.flatten(2)
        return flat.mean(dim=2) if self.function == "average" else flat.max(dim=2).values


class Transposition(nn.Module):
    """xᵀ of every example."""

    def forward(self, x: Any) -> Any:
        """Return x with its two axes exchanged."""
        return x.transpose(1, 2)


class Recurrence(nn.Module):
    """What `nn.RNN`, `nn.LSTM` and `nn.GRU` call, given Axone's arrays.

    The modules themselves have a second bias, which would be trained beside the first.

    Parameters
    ----------
    layer : Recurrent
    shape : tuple of int
        Of an example.
    dtype : torch.dtype
    """

    def __init__(self, layer: Recurrent, shape: Shape, dtype: Any) -> None:
        super().__init__()
        cell = layer.cell
        assert isinstance(cell, (RNNCell, LSTMCell, GRUCell))  # noqa: S101 — an obstacle otherwise
        self.layer, self.units = layer, cell.units
        self.states = cell.state_arrays
        kind = cell.activation if isinstance(cell, RNNCell) else type(cell)
        self.run = _RUNS[kind]
        self.arrays = nn.ParameterDict(
            {
                spec.name: nn.Parameter(torch.zeros(spec.shape, dtype=dtype))
                for spec in layer.parameters(shape)
            }
        )

    def forward(self, x: Any) -> Any:
        """Return h at every position or, of each direction, where it ends."""
        flat = [w for direction in self.layer.directions for w in self._weights(direction.prefix)]
        both = self.layer.bidirectional
        start = x.new_zeros(1 + both, len(x), self.units)
        state = start if self.states == 1 else (start, start)
        # With biases, one layer, no dropout between layers, rows first.
        y, h, *_memory = self.run(x, state, flat, True, 1, 0.0, self.training, both, True)
        return torch.cat(tuple(h), dim=1) if self.layer.last else y

    def _weights(self, prefix: str) -> list[Any]:
        weight, recurrent_weight, bias = (
            self.arrays[prefix + name] for name in ("weight", "recurrent_weight", "bias")
        )
        second_bias = torch.zeros_like(bias)
        if f"{prefix}recurrent_bias" in self.arrays:
            own = self.arrays[f"{prefix}recurrent_bias"]
            second_bias = torch.cat([second_bias[len(own) :], own])
        return [weight, recurrent_weight, bias, second_bias]


_RUNS: dict[Any, Any] = {
    "tanh": torch.rnn_tanh,
    "relu": torch.rnn_relu,
    LSTMCell: torch.lstm,
    GRUCell: torch.gru,
}


class SelfAttention(nn.Module):
    """Attention by `scaled_dot_product_attention`.

    Parameters
    ----------
    layer : Attention
    shape : tuple of int
        Of an example.
    dtype : torch.dtype
    """

    def __init__(self, layer: Attention, shape: Shape, dtype: Any) -> None:
        super().__init__()
        self.heads, self.causal = layer.heads, layer.causal
        self.arrays = nn.ParameterDict(
            {
                spec.name: nn.Parameter(torch.zeros(spec.shape, dtype=dtype))
                for spec in layer.parameters(shape)
            }
        )

    def forward(self, x: Any) -> Any:
        """Return what every position gathers."""
        query, key, value = (
            self._linear(name, x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        gathered = functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        return self._linear("output", gathered.transpose(1, 2).flatten(2))

    def _linear(self, name: str, x: Any) -> Any:
        return functional.linear(x, self.arrays[f"{name}_weight"], self.arrays[f"{name}_bias"])


class Waves(nn.Module):
    """x plus the sinusoids of its positions.

    Parameters
    ----------
    shape : tuple of int
        Of an example.
    dtype : torch.dtype
    """

    def __init__(self, shape: Shape, dtype: Any) -> None:
        super().__init__()
        self.waves = torch.from_numpy(sinusoids(*shape)).to(dtype)

    def forward(self, x: Any) -> Any:
        """Return x + PE."""
        return x + self.waves


class LastPosition(nn.Module):
    """The last position of a sequence."""

    def forward(self, x: Any) -> Any:
        """Return x[last]."""
        return x[:, -1]


class Tokens(nn.Embedding):
    """An embedding of tokens of any type of integers."""

    def forward(self, x: Any) -> Any:
        """Return each token's vector."""
        return super().forward(x.long())


class GivenNumbers(nn.Module):
    """A random layer whose numbers are Axone's, drawn before the steps that use them.

    Parameters
    ----------
    layer : Dropout, ChannelDropout or GaussianNoise
    path : tuple of int
        Where it stands in the network, which chooses its stream.
    shape : tuple of int
        Of an example.
    dtype : torch.dtype
    """

    def __init__(
        self,
        layer: Dropout | ChannelDropout | GaussianNoise,
        path: tuple[int, ...],
        shape: Shape,
        dtype: Any,
    ) -> None:
        super().__init__()
        self.layer, self.path, self.dtype = layer, path, dtype
        # A channel is dropped whole: one number for all of its positions.
        whole = isinstance(layer, ChannelDropout)
        self.shape = (shape[0], *[1] * (len(shape) - 1)) if whole else shape
        self.drawn: Iterator[Any] = iter(())

    def draw(self, noise: RandomStream, first_step: int, batches: Sequence[int]) -> None:
        """Draw the numbers of steps, from `first_step` on, whose batches have so many rows."""
        tensors = []
        for step, rows in enumerate(batches, start=first_step):
            stream, shape = noise.child(step, *self.path), (rows, *self.shape)
            if isinstance(self.layer, Dropout | ChannelDropout):
                tensors.append(torch.from_numpy(stream.keep(shape, self.layer.rate)))
            else:
                tensors.append(torch.from_numpy(stream.normal(shape)).to(self.dtype))
        self.drawn = iter(tensors)

    def forward(self, x: Any) -> Any:
        """Drop or add in training; leave x alone at prediction."""
        if not self.training:
            return x
        if isinstance(self.layer, Dropout | ChannelDropout):
            return x * next(self.drawn) * (1 / (1 - self.layer.rate))
        return torch.add(x, next(self.drawn), alpha=self.layer.standard_deviation)
