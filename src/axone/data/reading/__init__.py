"""How the cells of tables are read: decided once, told, and kept with whatever learns from them."""

from axone.data.reading.decision import CHOICES, ColumnChoice, ColumnKind
from axone.data.reading.report import ColumnReport
from axone.data.reading.table import (
    AS_THEY_ARE,
    OpenColumnsError,
    ReadTable,
    TableReading,
    read_columns,
)

__all__ = [
    "AS_THEY_ARE",
    "CHOICES",
    "ColumnChoice",
    "ColumnKind",
    "ColumnReport",
    "OpenColumnsError",
    "ReadTable",
    "TableReading",
    "read_columns",
]
