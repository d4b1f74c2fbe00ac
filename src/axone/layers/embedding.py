"""The embedding: every token of a vocabulary has a vector of its own, which training moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import FloatArray, IntArray, Shape
from axone.bounds import MOST_PARAMETERS
from axone.checks import check_integer
from axone.errors import DataError, ShapeError
from axone.initializers import INITIALIZERS, Initializer, Normal
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.messages import _
from axone.traced import Index, Traced, Working, summed


class EmbeddingCache(NamedTuple):
    """The token numbers, whose vectors the gradient goes to."""

    tokens: IntArray


@dataclass(frozen=True)
class Embedding(Layer[EmbeddingCache]):
    """y[p] = weight[x[p]], a row of the table for each token (Bengio et al. 2003).

    With δ = ∂L/∂y: ∂L/∂weight[t] = Σ δ[p] over all positions p with x[p] = t. Token numbers have no
    derivative: ∂L/∂x is given as 0.

    Parameters
    ----------
    vocabulary_size : int
        How many tokens there are; they are numbered 0 … vocabulary_size − 1.
    dimension : int
        Length of a vector. The table is (vocabulary_size, dimension).
    initializer : str, mapping or Initializer, optional
        By default normal with standard deviation 1, that of standardised features and of PyTorch.

    Examples
    --------
    >>> Embedding(1000, 16).output_shape((20,))
    (20, 16)
    """

    vocabulary_size: int
    dimension: int
    initializer: Initializer | str | Mapping[str, Any] = field(default_factory=lambda: Normal(1.0))

    def __post_init__(self) -> None:
        for name in ("vocabulary_size", "dimension"):
            check_integer(name, getattr(self, name), at_least=1, at_most=MOST_PARAMETERS)
            object.__setattr__(self, name, int(getattr(self, name)))
        object.__setattr__(self, "initializer", INITIALIZERS.resolve(self.initializer))

    @property
    def takes_tokens(self) -> bool:
        return True

    @property
    def takes_mask(self) -> bool:
        return True

    def check_tokens(self, tokens: IntArray) -> None:
        if not tokens.size or (tokens.min() >= 0 and tokens.max() < self.vocabulary_size):
            return
        row = int(np.argmax(((tokens < 0) | (tokens >= self.vocabulary_size)).any(axis=1)))
        found = tokens[row][(tokens[row] < 0) | (tokens[row] >= self.vocabulary_size)][0]
        raise DataError(
            _(
                "Row {row} of X holds token {found}: Embedding knows 0 … {last}. Number "
                "the tokens from 0, or give it a larger vocabulary_size.",
                row=row,
                found=found,
                last=self.vocabulary_size - 1,
            )
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(
                _(
                    "An embedding reads tokens (length,), not examples of shape {input_shape}.",
                    input_shape=input_shape,
                )
            )
        return (*input_shape, self.dimension)

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        shape = (self.vocabulary_size, self.dimension)
        initializer = INITIALIZERS.resolve(self.initializer)
        return (ParameterSpec("weight", shape, initializer, 1, self.dimension, penalised=True),)

    def multiply_adds(self, input_shape: Shape) -> int:
        return 0  # rows are looked up

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, EmbeddingCache]:
        return parameters["weight"][x], EmbeddingCache(x)

    def backward(
        self, parameters: LayerArrays, cache: EmbeddingCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        gradient = np.zeros_like(parameters["weight"])
        np.add.at(gradient, cache.tokens, dy)
        return np.zeros(cache.tokens.shape, dy.dtype), {"weight": gradient}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        return (Traced("y", "y[p] = weight[x[p]]", passed.y),)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: EmbeddingCache = passed.cache

        def of_weight(index: Index) -> Working:
            token, feature = index
            return summed(dy[cache.tokens == token][:, feature])

        equation = "∂L/∂weight[t] = Σ ∂L/∂y[p] over all p with x[p] = t"
        return (
            Traced("∂L/∂weight", equation, gradients["weight"], of_weight),
            Traced("∂L/∂x", "∂L/∂x = 0: token numbers have no derivative", dx),
        )
