"""Rows as people know them: cells of their source, names of classes, numbers in their units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.data.targets import cell_text
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.experiments.preparation import Part, Prepared
from axone.messages import _, shorten
from axone.model import Classes, Inputs, NextCharacter
from axone.playground.miniatures import MINIATURES
from axone.playground.numbers import finite

MOST_COLUMNS = 40
"""Of a table that are shown of a row: nobody reads more side by side."""

_LONGEST_CELL = 60


@dataclass(frozen=True)
class Column:
    """A column of what is shown of a row.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "image", "signal", "tokens"}
    """

    name: str
    kind: str

    def to_data(self) -> dict[str, str]:
        """Describe it as what JSON can hold."""
        return {"name": self.name, "kind": self.kind}


def columns_of(prepared: Prepared) -> list[Column]:
    """Return all columns of the source, or the one that an example of many axes is."""
    dataset = prepared.dataset
    if dataset.is_table:
        frame: Any = dataset.X
        return [
            Column(str(name), "number" if is_number(frame[name]) else "text")
            for name in frame.columns
        ]
    if dataset.kind == "features":
        names = prepared.dataset.feature_names
        width = int(np.shape(dataset.X)[1])
        own = names if len(names) == width else [f"x{n + 1}" for n in range(width)]
        return [Column(str(name), "number") for name in own]
    kinds = {"images": "image", "signals": "signal", "sequences": "signal", "tokens": "tokens"}
    return [Column("", kinds.get(dataset.kind, "text"))]


def cells_of(prepared: Prepared, name: str, places: IntArray, most: int | None) -> list[list[Any]]:
    """Return cells of some rows of a part, as the source has them.

    Parameters
    ----------
    prepared : Prepared
    name : str
        Of the part.
    places : array of int
        Of the rows within the part.
    most : int, optional
        Columns at most; all if None.
    """
    dataset, part = prepared.dataset, prepared.parts[name]
    rows: Any = dataset.X if part.numbers is not None else dataset.X_test
    numbers = places if part.numbers is None else part.numbers[places]
    if rows is None or (len(numbers) and int(numbers.max()) >= len(rows)):
        return [[] for _place in places]
    if dataset.is_table:
        frame = rows.iloc[numbers, :most]
        return [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    chosen = [rows[number] for number in numbers]
    if dataset.kind == "features":
        return [[_cell(value) for value in np.asarray(row)[:most].tolist()] for row in chosen]
    small: Callable[[Any], Any] = MINIATURES.get(dataset.kind, _cell)
    return [[small(row)] for row in chosen]


def find_row(prepared: Prepared, row: Any) -> tuple[str, int]:
    """Return the part of a row that a page names, and its place within it.

    Parameters
    ----------
    prepared : Prepared
    row : mapping
        ``part`` and ``number``, that in the dataset; or in its stead ``place``, within the part.
    """
    if not isinstance(row, Mapping):
        raise ArgumentTypeError(_("row: give a part and a number, not {found!r}", found=row))
    name = part_name(prepared, row.get("part"))
    part = prepared.parts[name]
    by_place = "place" in row
    number = whole("row.place" if by_place else "row.number", row.get("place", row.get("number")))
    if by_place or part.numbers is None:
        found = np.array([number] if 0 <= number < len(part) else [], np.intp)
    else:
        found = np.flatnonzero(part.numbers == number)
    if not len(found):
        raise DataError(
            _("row: there is no row {number} among those of {part!r}", number=number, part=name)
        )
    return name, int(found[0])


def part_name(prepared: Prepared, given: Any) -> str:
    """Return the name of a part that there is.

    Raises
    ------
    ConfigurationError
        There is none of that name.
    """
    if not isinstance(given, str) or given not in prepared.parts:
        raise ConfigurationError(
            _(
                "part: there is no {found!r}, only {known}",
                found=given,
                known=", ".join(prepared.parts),
            )
        )
    return given


def whole(name: str, given: Any) -> int:
    """Return a whole number that fits 64 bits.

    Raises
    ------
    ArgumentTypeError
        It is anything else.
    """
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) >= 2**63:
        raise ArgumentTypeError(
            _("{name}: give a whole number, not {found!r}", name=name, found=given)
        )
    return given


def number_of_row(part: Part, place: int) -> int:
    """Return the number of a row in the dataset; of the source's own test rows its place."""
    return place if part.numbers is None else int(part.numbers[place])


def targets_in_words(prepared: Prepared, part: Part) -> list[Any]:
    """Return what rows are to come to: a class's name, a number, or a list of either."""
    target = prepared.target
    y = part.labels if isinstance(target, Inputs) else part.y
    if y is None:
        return [None] * len(part)
    return _in_words(prepared, np.asarray(y))


def predictions_in_words(prepared: Prepared, outputs: FloatArray) -> list[Any]:
    """Return what a network's outputs say, as `targets_in_words` does; None of an autoencoder."""
    target = prepared.target
    if isinstance(target, Inputs):
        return [None] * len(outputs)
    if isinstance(target, Classes) and not target.several:
        return [target.class_names[number] for number in target.numbers(outputs).tolist()]
    decoded = np.asarray(target.decode(outputs))
    if isinstance(target, NextCharacter):
        return [str(each) for each in decoded.tolist()]
    return _in_words(prepared, decoded)


def _in_words(prepared: Prepared, y: NDArray[Any]) -> list[Any]:
    target, names = prepared.target, prepared.dataset.class_names or prepared.target.class_names
    if isinstance(target, Classes) and target.several:
        return [
            [name for name, is_so in zip(names, row, strict=True) if is_so] for row in y.tolist()
        ]
    if names and y.ndim == 1 and y.dtype.kind in "iub":
        return [names[number] if number < len(names) else number for number in y.tolist()]
    return [_numbers(row) for row in y.tolist()]


def _numbers(row: Any) -> Any:
    if isinstance(row, list):
        return [finite(each) for each in row[:MOST_COLUMNS]]
    return finite(row)


def wrong_of(prepared: Prepared, part: Part, outputs: FloatArray) -> BoolArray | None:
    """Tell which rows are predicted wrongly; None where nothing is right or wrong, but near."""
    target = prepared.target
    if isinstance(target, Classes) and target.several:
        differs: BoolArray = ((outputs > 0.5) != (part.y > 0.5)).any(axis=1)
        return differs
    if target.task != "classification":
        return None
    labels = part.y.argmax(axis=1) if part.y.ndim > 1 else part.y
    if isinstance(target, Classes):
        return np.asarray(target.numbers(outputs) != labels)
    return np.asarray(outputs.argmax(axis=1) != labels)


def shares_of(prepared: Prepared, outputs: FloatArray) -> FloatArray | None:
    """Return a column a class, the probability of each; None of numbers."""
    target = prepared.target
    if isinstance(target, Classes | NextCharacter):
        return target.probabilities(outputs)
    return None


def is_number(column: Any) -> bool:
    """Whether a column of a frame holds numbers."""
    return bool(column.dtype.kind in "iuf") if hasattr(column.dtype, "kind") else False


def is_missing(value: Any) -> bool:
    """Whether a cell is NaN, NaT or another that equals nothing."""
    from pandas import isna

    return isna(value) is True


def _cell(value: Any) -> Any:
    """Return a cell as JSON holds it: a number, a text, or None where it is missing."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool):
        return str(plain)
    if isinstance(plain, int | float):
        return finite(plain)
    if plain is None or is_missing(plain):
        return None
    return shorten(cell_text(plain), _LONGEST_CELL)
