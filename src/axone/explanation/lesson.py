"""A trace as Markdown or LaTeX, to paste into a lesson: the same equations between other marks."""

from collections.abc import Iterator
from dataclasses import dataclass

from axone.arrays import FloatArray
from axone.explanation.latex import latex, latex_text
from axone.explanation.numerals import as_table, numeral, written
from axone.explanation.text import HEADINGS, SINGLE, shown_children
from axone.explanation.trace import Step, Trace
from axone.messages import Message, _, _n
from axone.shown import visible

_MOST_ROWS, _MOST_COLUMNS = 6, 6
"""Of a matrix that is written out; the others are dots."""


@dataclass(frozen=True)
class Markup:
    """The marks of a language around its mathematics.

    Attributes
    ----------
    headings : tuple of str
        By depth, with `{}` for the words; deeper ones are as the last.
    display : str
        Around equations below one another, `{}` for them.
    label : str
        Around the name of a number and the number, `{}` each.
    """

    headings: tuple[str, ...]
    display: str
    label: str
    is_markdown: bool

    def heading(self, depth: int, words: str) -> str:
        """Return a heading."""
        return self.headings[min(depth, len(self.headings) - 1)].replace("{}", self.text(words))

    def text(self, words: str) -> str:
        """Return words that are words alone in this language."""
        words = " ".join(visible(words).split())
        if not self.is_markdown:
            return latex_text(words)
        return "".join(f"\\{mark}" if mark in _MARKS else _NAMED.get(mark, mark) for mark in words)


_MARKS = "\\`*_{}[]()#+-!|$~"
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}

_MARKDOWN = Markup(
    ("# {}", "## {}", "### {}", "#### {}", "**{}**"),
    "$$\n\\begin{aligned}\n{}\n\\end{aligned}\n$$",
    "- {}",
    is_markdown=True,
)
_LATEX = Markup(
    (
        r"\section*{{}}",
        r"\subsection*{{}}",
        r"\subsubsection*{{}}",
        r"\paragraph{{}}",
        r"\textbf{{}}",
    ),
    "\\begin{align*}\n{}\n\\end{align*}",
    r"{}\\",
    is_markdown=False,
)


def as_markdown(trace: Trace, *, digits: int = 4) -> str:
    """Render a trace as Markdown with LaTeX between dollars, as GitHub and notebooks read it.

    Parameters
    ----------
    trace : Trace
    digits : int, default 4
        Significant ones of every number.
    """
    return "\n\n".join(_parts(trace, digits, _MARKDOWN))


def as_latex(trace: Trace, *, digits: int = 4) -> str:
    r"""Render a trace as LaTeX, a fragment for a document that uses ``amsmath``.

    Parameters
    ----------
    trace : Trace
    digits : int, default 4
        Significant ones of every number.
    """
    needed = "% \\usepackage{amsmath}, \\usepackage[T1]{fontenc}"
    return "\n\n".join([needed, *_parts(trace, digits, _LATEX)])


def _parts(trace: Trace, digits: int, markup: Markup) -> Iterator[str]:
    if trace.title:
        yield markup.heading(0, str(trace.title))
    for kind, steps in trace.parts():
        own = len(steps) == 1 and kind in SINGLE
        if not own:
            yield markup.heading(1, str(HEADINGS[kind]))
        for step in steps:
            yield from _of_step(step, 1 if own else 2, digits, markup)


def _of_step(step: Step, depth: int, digits: int, markup: Markup) -> Iterator[str]:
    if step.title:
        yield markup.heading(depth, str(step.title))
    if step.array is not None:
        yield markup.display.replace("{}", " \\\\\n".join(_equations(step, digits)))
    elif step.labels:
        yield "\n".join(markup.label.replace("{}", markup.text(label)) for label in step.labels)
    for child in shown_children(step):
        if isinstance(child, Message):
            yield markup.text(str(child))
        else:
            yield from _of_step(child, depth + bool(step.title), digits, markup)


def _equations(step: Step, digits: int) -> Iterator[str]:
    """Give the lines of an array: its equation, its cells, and what is left of it."""
    array = step.array
    assert array is not None  # noqa: S101 — asked before
    if step.equation:
        left, equals, right = str(step.equation).partition(" = ")
        yield f"{latex(left)} &= {latex(right)}" if equals else f"& {latex(left)}"
    for cell in step.cells:
        working, value = written(cell.working, digits), numeral(cell.value, digits)
        result = "" if working == value else f" = {latex(value)}"
        yield f"{_cell(step.symbol, cell.index, array.shape)} &= {latex(working)}{result}"
    if step.cells and step.left_out:
        more = _n("{count:,} more alike", "{count:,} more alike", step.left_out)
        yield rf"& \dots \text{{ {latex_text(str(more))}}}"
    if step.before is None and (step.left_out or not step.cells):
        yield f"{latex(step.symbol)} &= {_matrix(array, digits)}"
    if step.before is not None:
        for word, numbers in ((_("before"), step.before), (_("after"), array)):
            name = rf"{latex(step.symbol)}_{{\text{{{latex_text(str(word))}}}}}"
            yield f"{name} &= {_matrix(numbers, digits)}"


def _cell(symbol: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Return a cell's name, counted from 1; of a single row the row's number is left out."""
    places = [str(place + 1) for place in index]
    if len(places) > 1 and shape[0] == 1:
        places = places[1:]
    name, below = latex(symbol), f"_{{{','.join(places)}}}"
    if name.startswith(r"\frac") and name.endswith("}"):
        return f"{name[:-1]}{below}}}"
    return f"{{{name}}}{below}"


def _matrix(array: FloatArray, digits: int) -> str:
    rows = as_table(array)
    lines = []
    for row in rows[:_MOST_ROWS]:
        cells = [latex(numeral(number, digits)) for number in row[:_MOST_COLUMNS].tolist()]
        lines.append(" & ".join([*cells, *([r"\cdots"] if len(row) > _MOST_COLUMNS else [])]))
    if len(rows) > _MOST_ROWS:
        lines.append(r"\vdots")
    shape = r" \times ".join(map(str, array.shape))
    folded = len(rows) > _MOST_ROWS or rows.shape[1] > _MOST_COLUMNS
    note = rf"\quad ({shape})" if folded else ""
    inner = r" \\ ".join(lines)
    return rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}{note}"
