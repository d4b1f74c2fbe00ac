"""A solution of every scene that asks for one: changes of its design, and so many epochs."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Solution(NamedTuple):
    """Settings by their key in the design, and how long to train."""

    changes: Mapping[str, Any]
    epochs: int


LAYERS, OPTIMIZER = "network.hidden_layers", "training.optimizer"


def dense(units: int, activation: str = "tanh") -> dict[str, Any]:
    return {"name": "dense", "units": units, "activation": activation}


def by(name: str, learning_rate: float) -> dict[str, Any]:
    return {"name": name, "learning_rate": learning_rate}


IMAGE = {"name": "reshape", "shape": [1, 8, 8]}
SEQUENCE = {"name": "reshape", "shape": [8, 8]}
FLAT, LAST = {"name": "flatten"}, {"name": "last_step"}
KERNELS = {"name": "conv2d", "channels": 6, "kernel_size": 3, "activation": "relu"}

NORMALISED = [
    dense(8, "identity"),
    {"name": "batch_norm"},
    {"name": "activation", "function": "relu"},
]

SOLUTIONS = {
    "and-by-a-line": Solution({LAYERS: []}, 100),
    "xor-by-a-hidden-layer": Solution({LAYERS: [dense(6)]}, 300),
    "xor-by-fewest-units": Solution({LAYERS: [dense(2)], "seed": 5}, 500),
    "circle-by-three-lines": Solution({LAYERS: [dense(3)]}, 200),
    "two-spirals": Solution({LAYERS: [dense(16), dense(16)]}, 120),
    "rate-too-low": Solution({OPTIMIZER: by("sgd", 1.0)}, 100),
    "rate-too-high": Solution({OPTIMIZER: by("sgd", 0.1)}, 60),
    "batch-size": Solution({"training.batch_size": 4}, 20),
    "layers-without-activation": Solution({LAYERS: [dense(8), dense(8), dense(8)]}, 100),
    "dead-units": Solution({LAYERS: [dense(16, "relu")], OPTIMIZER: by("adam", 0.02)}, 150),
    "vanishing-gradients": Solution({LAYERS: NORMALISED * 8}, 100),
    "saturated-units": Solution({LAYERS: [dense(16)] * 2, OPTIMIZER: by("sgd", 0.5)}, 200),
    "own-activation": Solution({LAYERS: [dense(16, "sin(z)"), dense(16, "sin(z)")]}, 150),
    "symmetric-weights": Solution({LAYERS: [dense(8), dense(8)]}, 150),
    "exploding-gradients": Solution({LAYERS: [dense(32, "relu")] * 5}, 150),
    "weights-of-zero": Solution({LAYERS: [dense(8), dense(8)]}, 100),
    "one-sigmoid-for-two-classes": Solution(
        {"network.output_layer": {"name": "dense", "units": 1, "activation": "sigmoid"}}, 150
    ),
    "absolute-errors": Solution({"training.loss": "huber"}, 40),
    "overfitting": Solution({LAYERS: [dense(8)], "training.l2": 0.5}, 100),
    "gap-closed-by-decay": Solution({"training.l2": 1.0}, 100),
    "too-much-l2": Solution({"training.l2": 0.0}, 100),
    "faster-than-sgd": Solution({OPTIMIZER: by("adam", 0.02)}, 80),
    "momentum": Solution({OPTIMIZER: {**by("momentum", 0.05), "form": "classical"}}, 60),
    "second-order": Solution({OPTIMIZER: "lbfgs"}, 15),
    "unscaled-features": Solution({"data.scaling": "standard"}, 40),
    "unscaled-target": Solution({"data.target_scaling": "standard"}, 40),
    "one-digit-among-ten": Solution({"training.class_weight": "balanced"}, 60),
    "digits-by-kernels": Solution(
        {LAYERS: [IMAGE, KERNELS, {"name": "max_pool", "size": 2}, FLAT]}, 12
    ),
    "digits-as-signals": Solution(
        {
            LAYERS: [
                SEQUENCE,
                {"name": "conv1d", "channels": 16, "kernel_size": 3, "activation": "relu"},
                FLAT,
            ]
        },
        12,
    ),
    "digits-step-by-step": Solution({LAYERS: [SEQUENCE, {"name": "gru", "units": 24}, LAST]}, 12),
    "a-smaller-memory": Solution({LAYERS: [SEQUENCE, {"name": "gru", "units": 16}, LAST]}, 15),
    "sums-without-hidden-units": Solution({LAYERS: []}, 60),
    "products-by-few-units": Solution({LAYERS: [dense(6)]}, 200),
    "hills": Solution({LAYERS: [dense(16), dense(16)]}, 200),
    "iris-small": Solution({LAYERS: [dense(4)]}, 60),
    "wine-test": Solution({OPTIMIZER: by("adam", 0.02)}, 40),
    "diabetes-test": Solution({LAYERS: [], OPTIMIZER: by("adam", 0.01)}, 30),
    "breast-cancer-without-hidden-units": Solution({LAYERS: []}, 50),
}
