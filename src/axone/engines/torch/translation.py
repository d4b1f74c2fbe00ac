"""The translation of a description to PyTorch: layers, activations, losses and optimisers.

A table for each family, one line a member; what is in no table, PyTorch cannot be given. The
members are found by their very class: a class of the user's own that derives from one of Axone's
may compute anything. What had to be arranged for the same numbers:

- Averaged momentum is the classical form with (1 − β)η; a heavy ball is that form at the rate 1,
  given gradients times η.
- `Softplus` is a straight line above a threshold of 20; here above 40, where that is exact.
- Dropout masks and noise are Axone's: PyTorch draws none.
- Its "same" padding knows no strides and gives the larger half first: windows are padded apart.
- Its mean of a padded window divides by the whole of it, or knows no padding of unlike sides.
- Its batch norm keeps the unbiased variance for prediction, Axone the biased one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from axone.activations import (
    ELU,
    GELU,
    SELU,
    ActivationFunction,
    Exponential,
    Formula,
    GELUTanh,
    Identity,
    LeakyReLU,
    PReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Swish,
    Tanh,
)
from axone.arrays import DType, Shape
from axone.engines.torch import modules
from axone.engines.torch.formulas import FormulaModule
from axone.layers import (
    Activation,
    Attention,
    AveragePool,
    BatchNorm,
    Cell,
    ChannelDropout,
    Conv1D,
    Conv2D,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GlobalPool,
    GRUCell,
    LastStep,
    Layer,
    LayerNorm,
    LSTMCell,
    MaxPool,
    PositionalEncoding,
    PositionwiseDense,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
    Transpose,
    Upsample,
)
from axone.layers.sequence import output_shapes
from axone.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
)
from axone.optimizers import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
)

DTYPES = {"float32": torch.float32, "float64": torch.float64}

Criterion = Callable[[Any, Any, str], Any]
"""From logits, targets and a reduction ("mean" or "none") to the loss, a tensor."""

ACTIVATIONS: dict[type[ActivationFunction], Callable[[Any, Any], Any]] = {
    Identity: lambda _, dtype: nn.Identity(),
    Sigmoid: lambda _, dtype: nn.Sigmoid(),
    Tanh: lambda _, dtype: nn.Tanh(),
    ReLU: lambda _, dtype: nn.ReLU(),
    LeakyReLU: lambda function, dtype: nn.LeakyReLU(function.alpha),
    PReLU: lambda function, dtype: nn.PReLU(init=float(function.alpha), dtype=dtype),
    ELU: lambda function, dtype: nn.ELU(function.alpha),
    SELU: lambda _, dtype: nn.SELU(),
    GELU: lambda _, dtype: nn.GELU(),
    GELUTanh: lambda _, dtype: nn.GELU(approximate="tanh"),
    Swish: lambda _, dtype: nn.SiLU(),
    Softplus: lambda _, dtype: nn.Softplus(threshold=40),
    Exponential: lambda _, dtype: modules.Exponential(),
    Softmax: lambda _, dtype: nn.Softmax(dim=1),
    Formula: FormulaModule,
}


@dataclass(frozen=True)
class Place:
    """Where a layer stands.

    Attributes
    ----------
    path : tuple of int
        Its position, after those of the blocks around it.
    shape : tuple of int
        Of an example before it.
    dtype : torch.dtype
    """

    path: tuple[int, ...]
    shape: Shape
    dtype: Any


@dataclass(frozen=True)
class Translated:
    """A layer, or several in a row, in PyTorch.

    Attributes
    ----------
    module : torch.nn.Module
    arrays : dict of str to tensor
        Its trained numbers and its buffers, by the names that Axone knows them by.
    """

    module: Any
    arrays: dict[str, Any] = field(default_factory=dict)


def _dense(layer: Dense, place: Place) -> Translated:
    # Without its first weights, which would be drawn from PyTorch's generator, not ours to move.
    linear = nn.utils.skip_init(
        nn.Linear, place.shape[0], layer.units, bias=layer.bias, dtype=place.dtype
    )
    activation = _activation(layer.function, place.dtype)
    arrays = {"weight": linear.weight, **({"bias": linear.bias} if layer.bias else {})}
    module = linear if isinstance(layer.function, Identity) else nn.Sequential(linear, activation)
    return Translated(module, arrays | _learned(activation))


def _convolution(layer: Convolution, place: Place) -> Translated:
    windows = layer.windows(place.shape)
    of_axes = {1: nn.Conv1d, 2: nn.Conv2d}
    convolution = nn.utils.skip_init(
        of_axes[layer.axes],
        place.shape[0],
        layer.channels,
        tuple(window.size for window in windows),
        tuple(window.stride for window in windows),
        dilation=tuple(window.dilation for window in windows),
        groups=layer.groups,
        bias=layer.bias,
        dtype=place.dtype,
    )
    activation = _activation(layer.function, place.dtype)
    arrays = {
        "weight": convolution.weight,
        **({"bias": convolution.bias} if layer.bias else {}),
    }
    row = [modules.Padding(windows), convolution, activation]
    return Translated(nn.Sequential(*row), arrays | _learned(activation))


def _max_pool(layer: MaxPool, place: Place) -> Translated:
    windows = layer.windows(place.shape)
    of_axes = {1: nn.MaxPool1d, 2: nn.MaxPool2d}
    pool = of_axes[len(windows)](
        tuple(window.size for window in windows), tuple(window.stride for window in windows)
    )
    return Translated(nn.Sequential(modules.Padding(windows, -math.inf), pool))


def _average_pool(layer: AveragePool, place: Place) -> Translated:
    return Translated(modules.AveragePresent(layer.windows(place.shape), place.dtype))


def _upsample(layer: Upsample, place: Place) -> Translated:
    return Translated(nn.Upsample(layer.lengths(place.shape[1:]), mode="nearest"))


def _global_pool(layer: GlobalPool, place: Place) -> Translated:
    return Translated(modules.Globally(layer.function))


def _transpose(layer: Transpose, place: Place) -> Translated:
    return Translated(modules.Transposition())


def _activation_layer(layer: Activation, place: Place) -> Translated:
    assert isinstance(layer.function, ActivationFunction)  # noqa: S101 — resolved on creation
    activation = _activation(layer.function, place.dtype)
    return Translated(activation, _learned(activation))


def _activation(function: ActivationFunction, dtype: Any) -> Any:
    return ACTIVATIONS[type(function)](function, dtype)


def _learned(activation: Any) -> dict[str, Any]:
    if isinstance(activation, FormulaModule):
        return dict(zip(activation.names, activation.constants, strict=True))
    return {"alpha": activation.weight} if isinstance(activation, nn.PReLU) else {}


def _random(layer: ChannelDropout | Dropout | GaussianNoise, place: Place) -> Translated:
    if not layer.is_random:
        return Translated(nn.Identity())
    return Translated(modules.GivenNumbers(layer, place.path, place.shape, place.dtype))


def _batch_norm(layer: BatchNorm, place: Place) -> Translated:
    of_axes = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}
    module = of_axes[len(place.shape)](
        place.shape[0], eps=layer.epsilon, momentum=1 - layer.momentum, dtype=place.dtype
    )
    return Translated(
        module,
        {
            "weight": module.weight,
            "bias": module.bias,
            "running_mean": module.running_mean,
            "running_variance": module.running_var,
        },
    )


def _flatten(layer: Flatten, place: Place) -> Translated:
    return Translated(nn.Flatten())


def _reshape(layer: Reshape, place: Place) -> Translated:
    return Translated(nn.Sequential(nn.Flatten(), nn.Unflatten(1, tuple(layer.shape))))


def _layer_norm(layer: LayerNorm, place: Place) -> Translated:
    module = nn.LayerNorm(place.shape[-1], eps=layer.epsilon, dtype=place.dtype)
    return Translated(module, {"weight": module.weight, "bias": module.bias})


def _rms_norm(layer: RMSNorm, place: Place) -> Translated:
    module = nn.RMSNorm(place.shape[-1], eps=layer.epsilon, dtype=place.dtype)
    return Translated(module, {"weight": module.weight})


def _embedding(layer: Embedding, place: Place) -> Translated:
    module = nn.utils.skip_init(
        modules.Tokens, layer.vocabulary_size, layer.dimension, dtype=place.dtype
    )
    return Translated(module, {"weight": module.weight})


def _recurrent(layer: Recurrent, place: Place) -> Translated:
    module = modules.Recurrence(layer, place.shape, place.dtype)
    return Translated(module, dict(module.arrays))


def _last_step(layer: LastStep, place: Place) -> Translated:
    return Translated(modules.LastPosition())


def _attention(layer: Attention, place: Place) -> Translated:
    module = modules.SelfAttention(layer, place.shape, place.dtype)
    return Translated(module, dict(module.arrays))


def _positional_encoding(layer: PositionalEncoding, place: Place) -> Translated:
    return Translated(modules.Waves(place.shape, place.dtype))


def _positionwise_dense(layer: PositionwiseDense, place: Place) -> Translated:
    length, features = place.shape
    dense = _dense(layer.dense, Place(place.path, (features,), place.dtype))
    apart, together = nn.Flatten(0, 1), nn.Unflatten(0, (-1, length))
    return Translated(nn.Sequential(apart, dense.module, together), dense.arrays)


def _residual(block: Residual, place: Place) -> Translated:
    inner = _in_a_row(block.layers, place)
    aside = replace(place, path=(*place.path, len(block.layers)))
    short = _in_a_row(block.shortcut, aside)
    arrays = {f"shortcut.{name}": array for name, array in short.arrays.items()}
    return Translated(modules.Sum(inner.module, short.module), inner.arrays | arrays)


LAYERS: dict[type[Layer], Callable[[Any, Place], Translated]] = {
    Dense: _dense,
    Activation: _activation_layer,
    Dropout: _random,
    GaussianNoise: _random,
    BatchNorm: _batch_norm,
    Flatten: _flatten,
    Reshape: _reshape,
    Residual: _residual,
    LayerNorm: _layer_norm,
    RMSNorm: _rms_norm,
    Embedding: _embedding,
    Recurrent: _recurrent,
    LastStep: _last_step,
    Attention: _attention,
    PositionalEncoding: _positional_encoding,
    PositionwiseDense: _positionwise_dense,
    Conv1D: _convolution,
    Conv2D: _convolution,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    GlobalPool: _global_pool,
    ChannelDropout: _random,
    Transpose: _transpose,
    Upsample: _upsample,
}

CELLS: tuple[type[Cell], ...] = (RNNCell, LSTMCell, GRUCell)
"""Cells of recurrent layers that PyTorch has too."""


def translate(layers: Sequence[Layer], input_shape: Shape, dtype: DType) -> Translated:
    """Return layers in a row as a `torch.nn.Sequential`.

    Its weights are not set: `load` sets them. Every layer must be in the tables, which
    `axone.engines.torch.obstacles` tells.

    Parameters
    ----------
    layers : sequence of Layer
    input_shape : tuple of int
        Of an example.
    dtype : {"float32", "float64"}
    """
    return _in_a_row(layers, Place((), input_shape, DTYPES[dtype]))


def _in_a_row(layers: Sequence[Layer], place: Place) -> Translated:
    """Translate layers that stand at a place; their arrays are named ``"<position>.<name>"``."""
    before = (place.shape, *output_shapes(layers, place.shape))
    row: list[Any] = []
    arrays: dict[str, Any] = {}
    for position, layer in enumerate(layers):
        within = Place((*place.path, position), before[position], place.dtype)
        translated = LAYERS[type(layer)](layer, within)
        row.append(translated.module)
        arrays |= {f"{position}.{name}": array for name, array in translated.arrays.items()}
    return Translated(nn.Sequential(*row), arrays)


def load(translated: Translated, parameters: Any) -> None:
    """Set all numbers of translated layers to those of a mapping by name, copied."""
    with torch.no_grad():
        for name, array in translated.arrays.items():
            array.copy_(torch.from_numpy(parameters[name]))


def _poisson(z: Any, y: Any, reduction: str) -> Any:
    """Compute y ln(y/ŷ) − y + ŷ with ŷ = eᶻ; PyTorch's own lacks what no prediction changes."""
    constant = torch.xlogy(y, y) - y
    rest = constant.mean() if reduction == "mean" else constant
    return functional.poisson_nll_loss(z, y, reduction=reduction) + rest


def _quantile(levels: tuple[float, ...]) -> Criterion:
    def criterion(p: Any, y: Any, reduction: str) -> Any:
        columns = p[0].numel()
        level = torch.tensor([levels[c % len(levels)] for c in range(columns)], dtype=p.dtype)
        error = (y - p).reshape(len(p), columns)
        cells = level * functional.relu(error) + (1 - level) * functional.relu(-error)
        return cells.mean() if reduction == "mean" else cells

    return criterion


HEADS: dict[tuple[type[Loss], type[ActivationFunction]], Criterion] = {
    (CategoricalCrossEntropy, Softmax): lambda z, y, reduction: functional.cross_entropy(
        z, y, reduction=reduction
    ),
    (BinaryCrossEntropy, Sigmoid): lambda z, y, reduction: (
        functional.binary_cross_entropy_with_logits(z, y, reduction=reduction)
    ),
    (Poisson, Exponential): _poisson,
}
"""Losses that PyTorch has as functions of logits, with the output activation they are meant for."""

LOSSES: dict[type[Loss], Callable[[Any], Criterion]] = {
    MeanSquaredError: lambda loss: (
        lambda p, y, reduction: functional.mse_loss(p, y, reduction=reduction)
    ),
    MeanAbsoluteError: lambda loss: (
        lambda p, y, reduction: functional.l1_loss(p, y, reduction=reduction)
    ),
    Quantile: lambda loss: _quantile(tuple(loss.levels)),
    Huber: lambda loss: (
        lambda p, y, reduction: functional.huber_loss(p, y, reduction, delta=loss.delta)
    ),
}
"""Losses of predictions, whatever output activation made them."""


def criterion_of(activation: ActivationFunction, loss: Loss, dtype: DType) -> Criterion | None:
    """Return a loss as a function of logits; None where PyTorch has none that is the same.

    Parameters
    ----------
    activation : ActivationFunction
        Of the output layer.
    loss : Loss
    dtype : {"float32", "float64"}
    """
    criterion = HEADS.get((type(loss), type(activation)))
    if criterion is None:
        if type(loss) not in LOSSES or type(activation) not in ACTIVATIONS or activation.learned:
            return None
        criterion = _of_logits(
            LOSSES[type(loss)](loss), _activation(activation, DTYPES[dtype]), activation
        )
    return _scaled(criterion, loss.scale)


def _of_logits(of_predictions: Criterion, module: Any, activation: ActivationFunction) -> Criterion:
    if isinstance(activation, Identity):
        return of_predictions
    return lambda z, y, reduction: of_predictions(module(z), y, reduction)


def _scaled(criterion: Criterion, scale: float) -> Criterion:
    return criterion if scale == 1 else lambda z, y, reduction: criterion(z, y, reduction) * scale


OPTIMIZERS: dict[type[Optimizer], Callable[[Any, Any], Any]] = {
    SGD: lambda rule, groups: torch.optim.SGD(groups, fused=True),
    GradientDescent: lambda rule, groups: torch.optim.SGD(groups, fused=True),
    Momentum: lambda rule, groups: torch.optim.SGD(groups, momentum=rule.beta, fused=True),
    Nesterov: lambda rule, groups: torch.optim.SGD(
        groups, momentum=rule.beta, nesterov=rule.beta > 0, fused=True
    ),
    Adagrad: lambda rule, groups: torch.optim.Adagrad(
        groups,
        initial_accumulator_value=rule.initial_accumulator,
        eps=rule.epsilon,
        fused=True,
    ),
    RMSProp: lambda rule, groups: torch.optim.RMSprop(groups, alpha=rule.rho, eps=rule.epsilon),
    Adam: lambda rule, groups: torch.optim.Adam(
        groups, betas=(rule.beta_1, rule.beta_2), eps=rule.epsilon, fused=True
    ),
    AdamW: lambda rule, groups: torch.optim.AdamW(
        groups,
        betas=(rule.beta_1, rule.beta_2),
        eps=rule.epsilon,
        weight_decay=rule.weight_decay,
        fused=True,
    ),
}
"""Optimisers, given the rule and PyTorch's groups of parameters; the rates are set step by step."""


def holds_steps(rule: Any) -> bool:
    """Whether a rule's velocity holds steps: PyTorch is given the gradients times the rate."""
    return isinstance(rule, Momentum) and rule.form == "heavy_ball"


def rate_share(rule: Any) -> float:
    """Return what a learning rate must be multiplied by for PyTorch to make the same step."""
    averaged = isinstance(rule, Momentum) and rule.form == "averaged"
    return 1 - rule.beta if averaged else 1.0
