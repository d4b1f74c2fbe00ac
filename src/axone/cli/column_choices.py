"""What `--types` says of columns, `COLUMN=KIND`, whatever signs the column's name holds."""

from collections.abc import Sequence

from axone.errors import ConfigurationError
from axone.messages import _


def column_choices(words: Sequence[str]) -> dict[str, str]:
    """Return the kind of each column that is named.

    Raises
    ------
    ConfigurationError
        A word without "=", or a column named twice.
    """
    choices: dict[str, str] = {}
    for word in words:
        column, equals, kind = word.rpartition("=")
        if not equals or not column.strip():
            raise ConfigurationError(
                _(
                    "--types takes COLUMN=KIND, such as price=number or zip=text; found {found!r}.",
                    found=word,
                )
            )
        column = column.strip()
        if choices.get(column, kind.strip()) != kind.strip():
            raise ConfigurationError(
                _("--types says two things of the column {column!r}.", column=column)
            )
        choices[column] = kind.strip()
    return choices
