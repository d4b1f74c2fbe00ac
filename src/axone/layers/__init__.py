"""What a network is made of: a file a family of layers, and the table of their names."""

from axone.layers.activation import Activation
from axone.layers.cells import CELLS, Cell, RNNCell
from axone.layers.convolution import Conv1D, Conv2D, Convolution
from axone.layers.dense import Dense
from axone.layers.embedding import Embedding
from axone.layers.layer import PREDICTION, Context, Layer, LayerArrays, ParameterSpec, Traced
from axone.layers.layer_norm import LayerNorm
from axone.layers.noise import ChannelDropout, Dropout, GaussianNoise
from axone.layers.normalization import BatchNorm
from axone.layers.pooling import AveragePool, GlobalPool, MaxPool
from axone.layers.recurrent import LastStep, Recurrent
from axone.layers.residual import Residual
from axone.layers.rms_norm import RMSNorm
from axone.layers.shape import Flatten, Reshape, Transpose
from axone.messages import _
from axone.registry import Registry

LAYERS: Registry[Layer] = Registry(
    _("layer"),
    {
        "dense": Dense,
        "activation": Activation,
        "dropout": Dropout,
        "batch_norm": BatchNorm,
        "gaussian_noise": GaussianNoise,
        "flatten": Flatten,
        "reshape": Reshape,
        "residual": Residual,
        "embedding": Embedding,
        "recurrent": Recurrent,
        "last_step": LastStep,
        "layer_norm": LayerNorm,
        "rms_norm": RMSNorm,
        "conv1d": Conv1D,
        "conv2d": Conv2D,
        "max_pool": MaxPool,
        "average_pool": AveragePool,
        "global_pool": GlobalPool,
        "channel_dropout": ChannelDropout,
        "transpose": Transpose,
    },
)

__all__ = [
    "CELLS",
    "LAYERS",
    "PREDICTION",
    "Activation",
    "AveragePool",
    "BatchNorm",
    "Cell",
    "ChannelDropout",
    "Context",
    "Conv1D",
    "Conv2D",
    "Convolution",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalPool",
    "LastStep",
    "Layer",
    "LayerArrays",
    "LayerNorm",
    "MaxPool",
    "ParameterSpec",
    "RMSNorm",
    "RNNCell",
    "Recurrent",
    "Reshape",
    "Residual",
    "Traced",
    "Transpose",
]
