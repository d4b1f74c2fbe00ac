"""What may be asked of a database: the name of a table, or one statement that only reads."""

import re
from collections.abc import Sequence

from axone.errors import DataError
from axone.messages import Listed, _, listed

_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\$\$.*?\$\$|--[^\n]*|/\*.*?\*/""",
    re.DOTALL,
)
_READS = ("select", "with", "values", "table", "from")
_WRITES = ("insert", "update", "delete", "merge", "into", "drop", "alter", "create", "truncate")
_TOLD = 20


def query_for(
    query: str | None, tables: Sequence[str], views: Sequence[str], where: str
) -> tuple[str, bool]:
    """Return the table or the statement to read.

    Parameters
    ----------
    query : str or None
        SQL, or a table's name; None for the only table that there is.
    tables, views : sequence of str
        Of the database. A view is read where it is asked for: it is a query, of whoever wrote it.
    where : str
        For messages.

    Returns
    -------
    asked : str
    is_table : bool
        Whether it is the name of a table.

    Raises
    ------
    DataError
        No query where there are several tables or none, or one that does not only read.
    """
    if query is None:
        if len(tables) == 1:
            return tables[0], True
        raise DataError(
            _(
                "{where} holds {count} tables{names}. Say which by --query: a table's name, or a "
                "SELECT statement.",
                where=where,
                count=len(tables),
                names=_(": {names!r}", names=_first([*tables, *views])) if tables or views else "",
            )
        )
    asked = query.strip().rstrip(";").strip()
    if asked in tables or asked in views:
        return asked, True
    require_reading(asked, [*tables, *views], where)
    return asked, False


def require_reading(statement: str, tables: Sequence[str], where: str) -> None:
    """Refuse what is not one statement that only reads.

    The connection is one for reading too, where the database knows such; this is for those that do
    not, and for a message that says so.
    """
    bare = _QUOTED.sub(" x ", statement)
    words = re.findall(r"[A-Za-z_]+", bare.lower())
    if not words or words[0] not in _READS:
        raise DataError(
            _(
                "{where}: {query!r} is neither a table ({names!r}) nor a SELECT statement.",
                where=where,
                query=statement[:100],
                names=_first(tables) or _("there are none"),
            )
        )
    if ";" in bare:
        raise DataError(
            _(
                "{where}: the query holds several statements. Give one SELECT statement.",
                where=where,
            )
        )
    # WITH may introduce a statement that writes, SELECT … INTO makes a table.
    written = sorted(set(words).intersection(_WRITES if words[0] == "with" else ("into",)))
    if written:
        raise DataError(
            _(
                "{where}: the query changes the database ({words}). Only statements that read "
                "are run: SELECT, or WITH and SELECT.",
                where=where,
                words=listed(word.upper() for word in written),
            )
        )


def _first(names: Sequence[str]) -> Listed:
    return listed([*names[:_TOLD], *(["…"] if len(names) > _TOLD else [])])
