"""The networks of signals, images and sequences by Axone's layers."""

from typing import TYPE_CHECKING

import axone as ax
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
    SignalWorkload,
)

if TYPE_CHECKING:
    from benchmarks.signals.workloads import Weights
    from benchmarks.workloads import Rows


def trainer(
    workload: SignalWorkload, engine: str = "native", *, shuffle: bool = True
) -> ax.Trainer:
    """Return the workload's network, compiled."""
    layers = [ours for layer in workload.layers for ours in _layers(layer)]
    *before, outputs = layers
    assert isinstance(outputs, ax.Dense)
    network = ax.Network(*before, ax.Dense(outputs.units, "softmax"), input_shape=workload.shape)
    rate = RATES[workload.optimizer]
    return ax.Trainer(
        network,
        loss="categorical_cross_entropy",
        optimizer=ax.Adam(rate) if workload.optimizer == "adam" else ax.SGD(rate),
        batch_size=workload.batch_size,
        engine=engine,
        shuffle=shuffle,
    )


def initial_parameters(
    workload: SignalWorkload, network: ax.Network, weights: "Weights"
) -> ax.Parameters:
    """Return the drawn weights as the network's parameters."""
    parameters = network.initialize()
    position = 0
    for layer, arrays in zip(workload.layers, weights, strict=True):
        for name, array in arrays.items():
            parameters[f"{position}.{name}"][...] = array
        position += len(_layers(layer))
    return parameters


def prepare(
    workload: SignalWorkload, rows: "Rows", weights: "Weights", engine: str = "native"
) -> Program:
    """Return a fit, which begins with the compilation of the network."""
    beginning = workload.beginning()
    first_rows = rows[0][: beginning.rows], rows[1][: beginning.rows]
    initial = initial_parameters(workload, trainer(workload, engine).network, weights)

    def fit() -> None:
        trainer(workload, engine).fit(rows, max_epochs=workload.epochs, initial=initial)

    def first_losses() -> list[float]:
        in_order = trainer(beginning, engine, shuffle=False)
        result = in_order.fit(first_rows, max_epochs=beginning.epochs, initial=initial)
        return list(result.history["train_loss"])

    return Program(fit, first_losses)


def _layers(layer: Layer) -> list[ax.Layer]:
    """Return the layer and what follows it; only the first of them has parameters."""
    layers: list[ax.Layer]
    match layer:
        case Convolution(channels, kernel, padding, relu, bias):
            activation = "relu" if relu else "identity"
            size = kernel if len(kernel) == 2 else kernel[0]
            convolution = ax.Conv2D if len(kernel) == 2 else ax.Conv1D
            layers = [convolution(channels, size, activation, padding=padding, bias=bias)]
        case BatchNormReLU():
            layers = [ax.BatchNorm(), ax.Activation("relu")]
        case MaxPool():
            layers = [ax.MaxPool()]
        case GlobalAverage():
            layers = [ax.GlobalPool()]
        case Flatten():
            layers = [ax.Flatten()]
        case Dense(units, relu):
            layers = [ax.Dense(units, "relu" if relu else "identity")]
        case Recurrent(cell, units):
            layers = [(ax.LSTM if cell == "LSTM" else ax.GRU)(units, last=True)]
    return layers
