"""What a network is made of: a file a family of layers, and the table of their names."""

from axone.layers.activation import Activation
from axone.layers.dense import Dense
from axone.layers.layer import PREDICTION, Context, Layer, LayerArrays, ParameterSpec
from axone.layers.noise import Dropout, GaussianNoise
from axone.layers.normalization import BatchNorm
from axone.layers.residual import Residual
from axone.layers.shape import Flatten, Reshape
from axone.registry import Registry

LAYERS: Registry[Layer] = Registry(
    "layer",
    {
        "dense": Dense,
        "activation": Activation,
        "dropout": Dropout,
        "batch_norm": BatchNorm,
        "gaussian_noise": GaussianNoise,
        "flatten": Flatten,
        "reshape": Reshape,
        "residual": Residual,
    },
)

__all__ = [
    "LAYERS",
    "PREDICTION",
    "Activation",
    "BatchNorm",
    "Context",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "LayerArrays",
    "ParameterSpec",
    "Reshape",
    "Residual",
]
