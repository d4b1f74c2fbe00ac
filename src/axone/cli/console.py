"""What the commands share: where they print, how they fail, the exit statuses.

Results go to standard output and can be piped; progress and errors go to the terminal.
"""

import signal
import sys
import textwrap
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from axone.errors import AxoneError
from axone.interruption import exit_status
from axone.messages import _, formatted
from axone.score_names import name_of_score
from axone.shown import visible, writable

BAD_INPUT, DIVERGED, INTERRUPTED = 2, 3, 130

MOST_NAMES = 12
"""Columns of a dataset that are named one by one; of more the first and the last."""

debug = False
"""Whether errors are shown with their traceback; set by `axone --debug`."""


class _Screen(Console):
    """A console on which a name, from a file perhaps, gives the terminal no commands."""

    def render_str(self, text: str, **style: Any) -> Text:
        """Make a text of a string, be it printed or in the cell of a table."""
        return super().render_str(visible(text), **style)


def output() -> Console:
    """Return the console of results; text is printed as it is, never wrapped in a pipe."""
    return _Screen(highlight=False, soft_wrap=not sys.stdout.isatty())


def echo(text: str, *, end: str = "\n") -> None:
    """Print a result as it is to files and pipes, its control characters shown on a terminal."""
    shown = visible(text) if sys.stdout.isatty() else writable(text)
    # By itself Typer takes colours, and so parts of names, out of what is piped.
    typer.echo(shown + end, nl=False, color=True)


def progress_bar(console: Console, *parts: ProgressColumn, shown: bool) -> Progress:
    """Return a bar for the terminal of errors, gone when all is done; none in a pipe."""
    # Where both streams end on one terminal they must share one console, or lines would mix.
    both = sys.stdout.isatty() and sys.stderr.isatty()
    return Progress(
        *parts,
        console=console if both else messages(),
        transient=True,
        disable=not shown or not sys.stderr.isatty(),
    )


class _Share(ProgressColumn):
    """The share that is done, as the language in use writes it."""

    def render(self, task: Task) -> Text:
        return Text(f"{formatted(task.percentage / 100, '.0%'):>4}", style="progress.percentage")


def share_bar(console: Console, *, shown: bool) -> Progress:
    """Return a bar of the share that is done, with the time left."""
    parts = TextColumn("{task.description}"), BarColumn(), _Share(), TimeRemainingColumn()
    return progress_bar(console, *parts, shown=shown)


def tell(console: Console, text: str, **style: Any) -> None:
    """Print a line as it stands, in the language in use: Rich would see a message's English."""
    console.print(str(text), markup=False, **style)


def entry(label: str, text: str) -> str:
    """Return a line of a plan: what it is about in a column of its own, then what there is."""
    return f"{label:<9} {text}"


NO_BREAK = "\N{NO-BREAK SPACE}"
"""A blank at which `print_wrapped` breaks no line; it prints a plain one."""


def print_wrapped(console: Console, text: str, indent: int = 10) -> None:
    """Print a line; what does not fit goes on below, by default below a plan's second column."""
    wrapped = textwrap.fill(
        str(text),
        console.width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print(wrapped.replace(NO_BREAK, " "), markup=False)


def interrupted_status(number: signal.Signals | None) -> int:
    """Return the exit status of a run that a signal ended politely."""
    return INTERRUPTED if number is None else exit_status(number)


def messages() -> Console:
    """Return the console of errors and warnings."""
    return _Screen(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn every foreseeable error into a message and an exit status, and warnings into lines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            yield
    except KeyboardInterrupt as error:
        tell(messages(), _("Interrupted."))
        raise SystemExit(INTERRUPTED) from error
    except BrokenPipeError:
        # The reader of the pipe has seen enough: Typer ends without a word.
        raise
    except (AxoneError, MemoryError, OSError) as error:
        if debug:
            raise
        tell(messages(), _("Error:"), style="bold red", end=" ")
        tell(messages(), _explanation(error))
        raise SystemExit(BAD_INPUT) from error


def _show_warning(message: Warning | str, *where: object) -> None:
    """Tell a warning in one line: its place in the code says nothing to a user."""
    del where
    tell(messages(), _("Warning:"), style="bold yellow", end=" ")
    tell(messages(), str(message))


def _explanation(error: Exception) -> str:
    if isinstance(error, MemoryError):
        little = _("not enough memory for these data and this network.")
        return f"{little} {error}".rstrip()
    if isinstance(error, OSError):
        return _("the system refused: {error}.", error=error)
    return str(error)


def print_json(data: Any) -> None:
    """Print data as JSON, a number that is not finite as null."""
    from axone.files import json_text

    echo(json_text(data))


def metrics_table(
    parts: Mapping[str, Mapping[str, float | None]],
    constants: Mapping[str, Mapping[str, float | None]] | None = None,
) -> Table:
    """Lay metrics out with a row a metric and a column a part: it fits 80 characters.

    Beside each score stands in brackets what a constant would score, where that is given. Parts are
    called as they are given: `name_of_part` is the caller's, as some are files.
    """
    beside = constants or {}
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("")
    for name in parts:
        table.add_column(str(name), justify="right")
    for metric in dict.fromkeys(name for scores in parts.values() for name in scores):
        # How many were right stands on one line with how many there are.
        if metric != "of":
            cells = (_cell(scores, beside.get(name, {}), metric) for name, scores in parts.items())
            table.add_row(str(name_of_score(metric)), *cells)
    return table


def _cell(
    scores: Mapping[str, float | None], constant: Mapping[str, float | None], metric: str
) -> str:
    if metric not in scores:
        return ""
    score = _score(scores, metric)
    return f"{score} ({_score(constant, metric)})" if metric in constant else score


def _score(scores: Mapping[str, float | None], metric: str) -> str:
    score = scores[metric]
    if score is None:
        return str(_("not finite"))
    if metric == "right":
        return f"{formatted(score, ',')}/{formatted(scores['of'], ',')}"
    return str(formatted(score, ".4g"))


def columns(rows: Sequence[Sequence[str]], header: Sequence[str]) -> Table:
    """Lay out rows of text under a header."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for title in header:
        table.add_column(str(title), overflow="fold")
    for row in rows:
        table.add_row(*map(str, row))
    return table
