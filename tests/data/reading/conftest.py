"""Columns of text as any file has them, read by the reading room."""

import pandas as pd
import pytest

from axone.data.reading import read_columns
from axone.errors import DataError


def as_text(cells):
    return cells if isinstance(cells, pd.Series) else pd.array(cells, dtype="string[pyarrow]")


@pytest.fixture(scope="session")
def decide():
    """Decide on one column; others may stand beside it."""

    def decide(cells, choice=None, missing=(), **others):
        columns = {"x": as_text(cells)} | {n: as_text(c) for n, c in others.items()}
        choices = {"x": choice} if choice else None
        return read_columns(pd.DataFrame(columns), choices, missing).decisions["x"]

    return decide


@pytest.fixture(scope="session")
def decide_or_tell(decide):
    """Decide on one column, or return what is said against it."""

    def decide_or_tell(cells):
        try:
            return decide(cells)
        except DataError as error:
            return str(error)

    return decide_or_tell


@pytest.fixture(scope="session")
def read_later(decide):
    """Read other cells as a column was decided on."""

    def read_later(cells, later, **options):
        values = later if isinstance(later, pd.Series) else pd.Series(as_text(later))
        return decide(cells, **options).reading.read(values.rename("x"))

    return read_later


@pytest.fixture(scope="session")
def notes_of():
    """The codes of what is said about a decision."""

    def notes_of(decision):
        return [note.code for note in decision.notes]

    return notes_of
