"""Attention: every position of a sequence asks all others, and takes of each as much as it fits."""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, Shape
from axone.bounds import MOST_UNITS
from axone.checks import check_integer, check_truth
from axone.errors import ShapeError
from axone.initializers import GlorotUniform, Zeros
from axone.layers.layer import (
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Passed,
    check_positions,
)
from axone.layers.windows import Field
from axone.messages import _
from axone.traced import Index, Traced, Working, products, share_of_powers, summed


class AttentionCache(NamedTuple):
    """What the layer was given, and what it made of it.

    Q, K, V and Z are (m, heads, length, features/heads), the weights A (m, heads, length, length).
    """

    x: FloatArray
    queries: FloatArray
    keys: FloatArray
    values: FloatArray
    weights: FloatArray
    gathered: FloatArray


class AttentionSlopes(NamedTuple):
    """∂L/∂ of Z, A, the scores S and of Q, K and V, an axis of the heads in each."""

    gathered: FloatArray
    weights: FloatArray
    scores: FloatArray
    queries: FloatArray
    keys: FloatArray
    values: FloatArray


@dataclass(frozen=True)
class Attention(Layer[AttentionCache]):
    """Multi-head self-attention on sequences (Vaswani et al. 2017, equation 1 and section 3.2.2).

    For a sequence X ``(length, features)``, whose rows are positions::

        Q = X·W_Qᵀ + b_Q,  K = X·W_Kᵀ + b_K,  V = X·W_Vᵀ + b_V

    are cut along the features into `heads` of d = features/heads, and for each of them::

        S = Q·Kᵀ/√d            how well position q's query fits position k's key
        A = softmax(S)         over the positions k that q may look at; 0 for the others
        Z = A·V                of every position's value as much as it fits
        Y = Z·W_Oᵀ + b_O       the heads' Z side by side again

    and back::

        ∂L/∂Z = ∂L/∂Y·W_O
        ∂L/∂V = Aᵀ·∂L/∂Z,  ∂L/∂A = ∂L/∂Z·Vᵀ
        ∂L/∂S = A ⊙ (∂L/∂A − Σₖ A ⊙ ∂L/∂A)
        ∂L/∂Q = ∂L/∂S·K/√d,  ∂L/∂K = ∂L/∂Sᵀ·Q/√d
        ∂L/∂X = ∂L/∂Q·W_Q + ∂L/∂K·W_K + ∂L/∂V·W_V

    with ∂L/∂W_Q = Σ ∂L/∂Qᵀ·X, ∂L/∂b_Q = Σ ∂L/∂Q, and so on. The matrices, ``query_weight`` and so
    on, are (features, features), the biases (features,). A position that the mask leaves out is
    looked at by none, and looks at none: its Z is 0.

    Parameters
    ----------
    heads : int
        They must divide the features.
    causal : bool, default False
        Whether a position may look at itself and those before it only, as in a model that predicts
        what comes next.

    Examples
    --------
    >>> Attention(4, causal=True).output_shape((20, 32))
    (20, 32)
    """

    heads: int
    causal: bool = False

    def __post_init__(self) -> None:
        check_integer("heads", self.heads, at_least=1, at_most=MOST_UNITS)
        check_truth("causal", self.causal)
        object.__setattr__(self, "heads", int(self.heads))
        object.__setattr__(self, "causal", bool(self.causal))  # NumPy's too

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "Attention reads sequences (length, features), not examples of shape "
                    "{input_shape}: put Embedding() before it for tokens, or Reshape() to "
                    "(length, features); signals (channels, length) need Transpose().",
                    input_shape=input_shape,
                )
            )
        if input_shape[1] % self.heads:
            raise ShapeError(
                _(
                    "{heads} heads do not divide {features} features evenly, of examples of shape "
                    "{input_shape}: choose a divisor, or put PositionwiseDense() before it that "
                    "gives a multiple.",
                    heads=self.heads,
                    features=input_shape[1],
                    input_shape=input_shape,
                )
            )
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        features = input_shape[1]
        square, glorot = (features, features), GlorotUniform()
        names = ("query", "key", "value", "output")
        return (
            *(
                ParameterSpec(f"{name}_weight", square, glorot, features, features, penalised=True)
                for name in names
            ),
            *(ParameterSpec(f"{name}_bias", (features,), Zeros()) for name in names),
        )

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return those of the four matrices, and of Q·Kᵀ and A·V over every pair of positions."""
        length, features = input_shape
        return length * super().multiply_adds(input_shape) + 2 * length * length * features

    def kept_numbers(self, input_shape: Shape) -> int:
        """Return those of Q, K, V, z and y, and of the weights of every pair of positions."""
        length, features = input_shape
        return 5 * length * features + self.heads * length * length

    def receptive_field(self, input_shape: Shape) -> Field:
        return None

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, AttentionCache]:
        queries, keys, values = (
            self._apart(x @ parameters[f"{name}_weight"].T + parameters[f"{name}_bias"])
            for name in ("query", "key", "value")
        )
        weights = softmax_where(self._may_look(x, context.mask), _scores(queries, keys))
        gathered = weights @ values
        y = _together(gathered) @ parameters["output_weight"].T + parameters["output_bias"]
        return y, AttentionCache(x, queries, keys, values, weights, gathered)

    def backward(
        self, parameters: LayerArrays, cache: AttentionCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        slopes = self._slopes(parameters, cache, dy)
        gradients, dx = {}, np.zeros_like(cache.x)
        for name, slope in (
            ("query", _together(slopes.queries)),
            ("key", _together(slopes.keys)),
            ("value", _together(slopes.values)),
        ):
            gradients[f"{name}_weight"] = _summed_products(slope, cache.x)
            gradients[f"{name}_bias"] = slope.sum(axis=(0, 1))
            dx += slope @ parameters[f"{name}_weight"]
        gradients["output_weight"] = _summed_products(dy, _together(cache.gathered))
        gradients["output_bias"] = dy.sum(axis=(0, 1))
        return dx, gradients

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: AttentionCache = passed.cache
        scores = _scores(cache.queries, cache.keys)
        gathered = _together(cache.gathered)

        def projected(name: str, x: FloatArray, index: Index) -> Working:
            row, position, feature = index
            bias = (float(parameters[f"{name}_bias"][feature]),)
            return products(parameters[f"{name}_weight"][feature], x[row, position], bias)

        def of_head(name: str, index: Index) -> Working:
            row, head, position, place = index
            feature = head * cache.queries.shape[-1] + place
            return projected(name, cache.x, (row, position, feature))

        def of_scores(index: Index) -> Working:
            row, head, query, key = index
            product = products(cache.queries[row, head, query], cache.keys[row, head, key])
            return ("(", *product, ")/√(", float(cache.queries.shape[-1]), ")")

        def of_weights(index: Index) -> Working:
            looked_at = np.flatnonzero(cache.weights[index[:-1]])
            if index[-1] not in looked_at:
                return (0.0,)
            place = int(np.searchsorted(looked_at, index[-1]))
            return share_of_powers(scores[index[:-1]][looked_at], place)

        def of_gathered(index: Index) -> Working:
            row, head, query, place = index
            return products(cache.weights[row, head, query], cache.values[row, head, :, place])

        of_y = partial(projected, "output", gathered)
        return (
            Traced("Q", "Q = X·W_Qᵀ + b_Q", cache.queries, partial(of_head, "query")),
            Traced("K", "K = X·W_Kᵀ + b_K", cache.keys, partial(of_head, "key")),
            Traced("V", "V = X·W_Vᵀ + b_V", cache.values, partial(of_head, "value")),
            Traced("S", "S = Q·Kᵀ/√d", scores, of_scores),
            Traced("A", "A = softmax(S)", cache.weights, of_weights),
            Traced("Z", "Z = A·V", cache.gathered, of_gathered),
            Traced("y", "Y = Z·W_Oᵀ + b_O", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: AttentionCache = passed.cache
        slopes = self._slopes(parameters, cache, dy)
        width = cache.queries.shape[-1]
        together = [_together(each) for each in (slopes.queries, slopes.keys, slopes.values)]
        names = ("query", "key", "value")

        def of_gathered(index: Index) -> Working:
            row, head, position, place = index
            weight = parameters["output_weight"][:, head * width + place]
            return products(dy[row, position], weight)

        def of_weights(index: Index) -> Working:
            row, head, query, key = index
            return products(slopes.gathered[row, head, query], cache.values[row, head, key])

        def of_scores(index: Index) -> Working:
            along = index[:-1]
            mean = products(cache.weights[along], slopes.weights[along])
            difference = ("·(", float(slopes.weights[index]), " − (", *mean, "))")
            return (float(cache.weights[index]), *difference)

        def of_queries(index: Index) -> Working:
            row, head, query, place = index
            product = products(slopes.scores[row, head, query], cache.keys[row, head, :, place])
            return ("(", *product, ")/√(", float(width), ")")

        def of_keys(index: Index) -> Working:
            row, head, key, place = index
            of_key = slopes.scores[row, head, :, key]
            product = products(of_key, cache.queries[row, head, :, place])
            return ("(", *product, ")/√(", float(width), ")")

        def of_values(index: Index) -> Working:
            row, head, key, place = index
            of_key = cache.weights[row, head, :, key]
            return products(of_key, slopes.gathered[row, head, :, place])

        def of_x(index: Index) -> Working:
            row, position, feature = index
            weights = [parameters[f"{name}_weight"][:, feature] for name in names]
            deltas = [each[row, position] for each in together]
            return products(np.concatenate(weights), np.concatenate(deltas))

        of_s = "∂L/∂S = A ⊙ (∂L/∂A − Σₖ A ⊙ ∂L/∂A)"
        steps = zip("QKV", names, together, strict=True)
        return (
            Traced("∂L/∂Z", "∂L/∂Z = ∂L/∂Y·W_O", slopes.gathered, of_gathered),
            Traced("∂L/∂A", "∂L/∂A = ∂L/∂Z·Vᵀ", slopes.weights, of_weights),
            Traced("∂L/∂S", of_s, slopes.scores, of_scores),
            Traced("∂L/∂Q", "∂L/∂Q = ∂L/∂S·K/√d", slopes.queries, of_queries),
            Traced("∂L/∂K", "∂L/∂K = ∂L/∂Sᵀ·Q/√d", slopes.keys, of_keys),
            Traced("∂L/∂V", "∂L/∂V = Aᵀ·∂L/∂Z", slopes.values, of_values),
            *(
                step
                for letter, name, delta in steps
                for step in _named(letter, f"∂L/∂{letter}", "X", name, gradients, delta, cache.x)
            ),
            *_named("O", "∂L/∂Y", "Z", "output", gradients, dy, _together(cache.gathered)),
            Traced("∂L/∂x", "∂L/∂X = ∂L/∂Q·W_Q + ∂L/∂K·W_K + ∂L/∂V·W_V", dx, of_x),
        )

    def _slopes(
        self, parameters: LayerArrays, cache: AttentionCache, dy: FloatArray
    ) -> AttentionSlopes:
        d_gathered = self._apart(dy @ parameters["output_weight"])
        d_weights = d_gathered @ cache.values.swapaxes(-1, -2)
        mean = (cache.weights * d_weights).sum(axis=-1, keepdims=True)
        d_scores = cache.weights * (d_weights - mean)
        scale = 1 / math.sqrt(cache.queries.shape[-1])
        return AttentionSlopes(
            d_gathered,
            d_weights,
            d_scores,
            d_scores @ cache.keys * scale,
            d_scores.swapaxes(-1, -2) @ cache.queries * scale,
            cache.weights.swapaxes(-1, -2) @ d_gathered,
        )

    def _apart(self, x: FloatArray) -> FloatArray:
        """(m, length, features) → (m, heads, length, features/heads)."""
        rows, length, features = x.shape
        return x.reshape(rows, length, self.heads, features // self.heads).swapaxes(1, 2)

    def _may_look(self, x: FloatArray, mask: BoolArray | None) -> BoolArray:
        """Tell which position (before the last axis) may look at which (the last axis)."""
        rows, length, _features = x.shape
        allowed = np.ones((1, 1, length, length), bool)
        if self.causal:
            allowed = np.tril(allowed)
        if mask is not None:
            check_positions(mask, rows, length)
            allowed = allowed & mask[:, None, :, None] & mask[:, None, None, :]
        return allowed


def softmax_where(allowed: BoolArray, scores: FloatArray) -> FloatArray:
    """Return eˢ over its sum along the last axis where `allowed`, 0 elsewhere.

    Where nothing is allowed along the axis, all is 0.
    """
    scores = np.where(allowed, scores, -np.inf)
    largest = scores.max(axis=-1, keepdims=True)
    # Subtracting the largest changes nothing but keeps every exponential ≤ 1.
    powers = np.exp(scores - np.where(largest == -np.inf, 0, largest))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total)


def _together(x: FloatArray) -> FloatArray:
    """(m, heads, length, features/heads) → (m, length, features)."""
    rows, heads, length, features = x.shape
    return x.swapaxes(1, 2).reshape(rows, length, heads * features)


def _summed_products(delta: FloatArray, x: FloatArray) -> FloatArray:
    """Σ δ·xᵀ over all positions of all rows."""
    return np.tensordot(delta, x, axes=((0, 1), (0, 1)))


def _scores(queries: FloatArray, keys: FloatArray) -> FloatArray:
    """S = Q·Kᵀ/√d."""
    return np.asarray(queries @ keys.swapaxes(-1, -2) / math.sqrt(queries.shape[-1]))


def _named(
    letter: str,
    of_delta: str,
    of_x: str,
    name: str,
    gradients: LayerArrays,
    delta: FloatArray,
    x: FloatArray,
) -> tuple[Traced, ...]:
    """Name the gradients of a matrix and its bias, given what they are the products of."""
    weight, bias = f"∂L/∂W_{letter}", f"∂L/∂b_{letter}"

    def of_weight(index: Index) -> Working:
        return products(delta[..., index[0]], x[..., index[1]])

    def of_bias(index: Index) -> Working:
        return summed(delta[..., index[0]])

    return (
        Traced(weight, f"{weight} = Σ {of_delta}ᵀ·{of_x}", gradients[f"{name}_weight"], of_weight),
        Traced(bias, f"{bias} = Σ {of_delta}", gradients[f"{name}_bias"], of_bias),
    )
