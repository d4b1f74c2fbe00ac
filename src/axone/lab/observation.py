"""What an experiment of the laboratory shows: a table, three sentences and a picture."""

import html
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.checks import check_text
from axone.errors import ConfigurationError
from axone.messages import Message, _, _n, formatted, listed

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

WIDTH = 79
"""Characters of a line: a terminal of 80 columns breaks none."""

_LONGEST = 11
"""Characters of a number with decimals."""

_MOST_ROWS, _FIRST_ROWS, _LAST_ROWS = 24, 16, 6
"""Of a table that is read; all stand in the data."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        What programs read: the same in every language.
    title : Message
        What people read.
    format : str
        Of numbers, such as ``".4f"``; shares may be ``".1%"``. Words stand as they are, and what
        would be hundreds of digits, where something diverges, as a power of ten.
    """

    name: str
    title: Message
    format: str = ""

    def written(self, value: Any) -> str:
        """Return a cell as people read it.

        Examples
        --------
        >>> Column("loss", _("loss"), ".3f").written(0.25)
        '0.250'
        """
        if value is None:
            return "–"
        if isinstance(value, bool):
            return str(_("yes")) if value else str(_("no"))
        if isinstance(value, float) and not np.isfinite(value):
            return "∞" if value > 0 else "−∞" if value < 0 else "NaN"
        if self.format and _is_number(value):
            is_long = isinstance(value, float) and len(f"{value:{self.format}}") > _LONGEST
            return str(formatted(value, ".4g" if is_long else self.format))
        return str(value)


@dataclass(frozen=True, eq=False)
class Observation:
    """What was seen in an experiment.

    Attributes
    ----------
    name : str
        The experiment's, as `axone lab` lists it.
    title : Message
    columns : tuple of Column
    rows : tuple of tuple
        Plain data: numbers, words, truths, None where there is nothing; messages are shown in the
        language in use, and are English in the data.
    sentences : tuple of three Messages
        What is seen, said of these numbers and of no others.
    settings : mapping of str to object
        With which it was seen.
    draw : callable
        Makes the picture, in the theme and the language in use.
    """

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    sentences: tuple[Message, Message, Message]
    settings: Mapping[str, Any]
    draw: Callable[[], "Figure"]

    def figure(self) -> "Figure":
        """Return the picture."""
        return self.draw()

    def save(self, path: "str | Path") -> "Path":
        """Write the picture as PNG, SVG or PDF, by the name's ending.

        Raises
        ------
        ConfigurationError, DataError
            As of `axone.plots.save_figure`.
        """
        from axone.plots import save_figure

        return save_figure(self.draw(), path)

    def column(self, name: str) -> list[Any]:
        """Return a column of the table.

        Raises
        ------
        ConfigurationError
            It has no such column.

        Examples
        --------
        >>> import axone as ax
        >>> ax.lab.gradient_descent(steps=2).column("loss")
        [13.5, 3.5, 1.0]
        """
        check_text("name", name)
        names = [column.name for column in self.columns]
        if name not in names:
            raise ConfigurationError(
                _(
                    "there is no column {name!r}. Columns: {names}.",
                    name=name,
                    names=listed(names),
                )
            )
        at = names.index(name)
        return [row[at] for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data, the same in every language."""
        names = [column.name for column in self.columns]
        return {
            "name": self.name,
            "settings": {key: _plain(value) for key, value in self.settings.items()},
            "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows],
        }

    def __str__(self) -> str:
        told = "\n".join(textwrap.fill(str(sentence), WIDTH) for sentence in self.sentences)
        return f"{self.title}\n\n{self.table()}\n\n{told}"

    def table(self) -> str:
        """Return the table as lines of text; of many rows the first and the last ones."""
        shown, left_out = _shown(self.rows)
        cells = [[str(column.title) for column in self.columns], *map(self._cells, shown)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        numeric = [
            all(row[at] is None or _is_number(row[at]) for row in self.rows)
            for at in range(len(self.columns))
        ]
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, numeric, strict=True)
            ).rstrip()
            for row in cells
        ]
        if left_out:
            lines.insert(1 + _FIRST_ROWS, _told(left_out))
        return "\n".join(lines)

    def _cells(self, row: Sequence[Any]) -> list[str]:
        return [column.written(cell) for column, cell in zip(self.columns, row, strict=True)]

    def _repr_html_(self) -> str:
        """Show table, sentences and picture in a notebook."""
        import base64

        shown, left_out = _shown(self.rows)
        heads = "".join(f"<th>{html.escape(str(column.title))}</th>" for column in self.columns)
        lines = [
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in self._cells(row)) + "</tr>"
            for row in shown
        ]
        if left_out:
            told = f'<tr><td colspan="{len(self.columns)}">{_told(left_out)}</td></tr>'
            lines.insert(_FIRST_ROWS, told)
        told_of = "".join(f"<p>{html.escape(str(sentence))}</p>" for sentence in self.sentences)
        drawn = io.BytesIO()
        self.draw().savefig(drawn, format="png", dpi=96)
        picture = base64.b64encode(drawn.getvalue()).decode()
        title = html.escape(str(self.title))
        return (
            f"<h4>{title}</h4><table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}"
            f'</tbody></table>{told_of}<img alt="{title}" src="data:image/png;base64,{picture}">'
        )


def _shown(rows: tuple[tuple[Any, ...], ...]) -> tuple[tuple[tuple[Any, ...], ...], int]:
    """Return the rows that are read, and how many are left out between them."""
    if len(rows) <= _MOST_ROWS:
        return rows, 0
    return rows[:_FIRST_ROWS] + rows[-_LAST_ROWS:], len(rows) - _FIRST_ROWS - _LAST_ROWS


def _told(left_out: int) -> str:
    return str(_n("… {count:,} row left out", "… {count:,} rows left out", left_out))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it: a message as its English, several as a list."""
    if isinstance(value, Message):
        return value.english
    return list(value) if isinstance(value, tuple) else value
