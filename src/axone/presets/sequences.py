"""Presets for sequences: gated recurrent networks in both directions, and a small transformer."""

from axone.arrays import Shape
from axone.layers import (
    GRU,
    LSTM,
    Attention,
    Dropout,
    GlobalPool,
    Layer,
    LayerNorm,
    PositionalEncoding,
    PositionwiseDense,
    Residual,
    Transpose,
)
from axone.messages import _
from axone.presets.preset import Kind, Preset, Settings
from axone.presets.recipes import one_cycle

_ALONG_TIME: tuple[Kind, ...] = ("sequences", "signals", "tokens")


def _gru(shape: Shape) -> list[Layer]:
    del shape
    return [GRU(64, bidirectional=True, last=True), Dropout(0.3)]


def _lstm(shape: Shape) -> list[Layer]:
    del shape
    return [LSTM(64, bidirectional=True, last=True), Dropout(0.3)]


def _gated_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(
        rows, learning_rate=5e-3, batch_size=32, steps=1000, epochs=(10, 150), clip_norm=1.0
    )


def _transformer(shape: Shape) -> list[Layer]:
    """Two pre-normalised blocks of attention and of two dense layers a position."""
    del shape
    width = 64
    layers: list[Layer] = [PositionwiseDense(width), PositionalEncoding()]
    for _block in range(2):
        layers += [
            Residual(LayerNorm(), Attention(4), Dropout(0.1)),
            Residual(
                LayerNorm(),
                PositionwiseDense(2 * width, "gelu"),
                PositionwiseDense(width),
                Dropout(0.1),
            ),
        ]
    return [*layers, LayerNorm(), Transpose(), GlobalPool(), Dropout(0.1)]


def _transformer_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(
        rows, learning_rate=1e-3, batch_size=32, steps=1500, epochs=(15, 200), clip_norm=1.0
    )


_GRU = Preset(
    "gru",
    "sequences",
    _ALONG_TIME,
    _("gated recurrent units along the sequence and back: for sequences in which order counts"),
    "Cho et al. 2014; Schuster & Paliwal 1997",
    _gru,
    _gated_training,
)

_LSTM = Preset(
    "lstm",
    "sequences",
    _ALONG_TIME,
    _("long short-term memory along the sequence and back"),
    "Hochreiter & Schmidhuber 1997; Schuster & Paliwal 1997",
    _lstm,
    _gated_training,
)

_TRANSFORMER = Preset(
    "transformer",
    "sequences",
    _ALONG_TIME,
    _("two pre-normalised blocks of attention, four heads each"),
    "Vaswani et al. 2017; Xiong et al. 2020",
    _transformer,
    _transformer_training,
)

SEQUENCES = (_GRU, _LSTM, _TRANSFORMER)
