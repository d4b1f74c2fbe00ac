"""PyTorch modules for what PyTorch has no module of its own for."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from axone.arrays import Shape
from axone.layers import Dropout, GaussianNoise
from axone.random import RandomStream


class Exponential(nn.Module):
    """eᶻ, for which PyTorch has a function but no module."""

    def forward(self, z: Any) -> Any:
        """Return eᶻ."""
        return torch.exp(z)


class Sum(nn.Module):
    """x + F(x)."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Any) -> Any:
        """Return x + F(x)."""
        return x + self.inner(x)


class GivenNumbers(nn.Module):
    """A random layer whose numbers are Axone's, drawn before the steps that use them.

    Parameters
    ----------
    layer : Dropout or GaussianNoise
    path : tuple of int
        Where it stands in the network, which chooses its stream.
    shape : tuple of int
        Of an example.
    dtype : torch.dtype
    """

    def __init__(
        self, layer: Dropout | GaussianNoise, path: tuple[int, ...], shape: Shape, dtype: Any
    ) -> None:
        super().__init__()
        self.layer, self.path, self.shape, self.dtype = layer, path, shape, dtype
        self.drawn: Iterator[Any] = iter(())

    def draw(self, noise: RandomStream, first_step: int, batches: Sequence[int]) -> None:
        """Draw the numbers of steps, from `first_step` on, whose batches have so many rows."""
        tensors = []
        for step, rows in enumerate(batches, start=first_step):
            stream, shape = noise.child(step, *self.path), (rows, *self.shape)
            if isinstance(self.layer, Dropout):
                tensors.append(torch.from_numpy(stream.keep(shape, self.layer.rate)))
            else:
                tensors.append(torch.from_numpy(stream.normal(shape)).to(self.dtype))
        self.drawn = iter(tensors)

    def forward(self, x: Any) -> Any:
        """Drop or add in training; leave x alone at prediction."""
        if not self.training:
            return x
        if isinstance(self.layer, Dropout):
            return x * next(self.drawn) * (1 / (1 - self.layer.rate))
        return torch.add(x, next(self.drawn), alpha=self.layer.standard_deviation)
