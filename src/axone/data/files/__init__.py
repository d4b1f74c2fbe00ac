"""Files of tables, read with bounded trust: what stands in them, and how it was found out.

What their cells mean is decided elsewhere.
"""

from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.reading import (
    STANDARD_INPUT,
    count_columns,
    read_lines,
    read_raw_table,
)

__all__ = [
    "STANDARD_INPUT",
    "FileFacts",
    "RawTable",
    "count_columns",
    "read_lines",
    "read_raw_table",
]
