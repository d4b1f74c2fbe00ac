"""What a network is made of: a file a family of layers, and the table of their names."""

from axone.layers.activation import Activation
from axone.layers.attention import Attention
from axone.layers.cells import CELLS, Cell, GRUCell, LSTMCell, RNNCell
from axone.layers.convolution import Conv1D, Conv2D, Convolution
from axone.layers.dense import Dense
from axone.layers.embedding import Embedding
from axone.layers.layer import PREDICTION, Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.layers.layer_norm import LayerNorm
from axone.layers.noise import ChannelDropout, Dropout, GaussianNoise
from axone.layers.normalization import BatchNorm
from axone.layers.pooling import AveragePool, GlobalPool, MaxPool
from axone.layers.positional_encoding import PositionalEncoding
from axone.layers.positionwise_dense import PositionwiseDense
from axone.layers.recurrent import GRU, LSTM, LastStep, Recurrent
from axone.layers.residual import Residual
from axone.layers.rms_norm import RMSNorm
from axone.layers.shape import Flatten, Reshape, Transpose
from axone.layers.upsample import Upsample
from axone.messages import _
from axone.registry import Registry
from axone.traced import Traced

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
        "upsample": Upsample,
        "positionwise_dense": PositionwiseDense,
        "positional_encoding": PositionalEncoding,
        "attention": Attention,
    },
    short_ways={"lstm": LSTM, "gru": GRU},
)

__all__ = [
    "CELLS",
    "GRU",
    "LAYERS",
    "LSTM",
    "PREDICTION",
    "Activation",
    "Attention",
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
    "GRUCell",
    "GaussianNoise",
    "GlobalPool",
    "LSTMCell",
    "LastStep",
    "Layer",
    "LayerArrays",
    "LayerNorm",
    "MaxPool",
    "ParameterSpec",
    "Passed",
    "PositionalEncoding",
    "PositionwiseDense",
    "RMSNorm",
    "RNNCell",
    "Recurrent",
    "Reshape",
    "Residual",
    "Traced",
    "Transpose",
    "Upsample",
]
