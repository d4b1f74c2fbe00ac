"""Cells of recurrent layers, a file each, and the table of their names."""

from axone.layers.cells.cell import Cell, State
from axone.layers.cells.gru import GRUCell
from axone.layers.cells.lstm import LSTMCell
from axone.layers.cells.rnn import RNNCell
from axone.messages import _
from axone.registry import Registry

CELLS: Registry[Cell] = Registry(_("cell"), {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell})

__all__ = ["CELLS", "Cell", "GRUCell", "LSTMCell", "RNNCell", "State"]
