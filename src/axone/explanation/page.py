"""A trace as one page that needs nothing else: it folds, unfolds, is dark or light, and prints."""

from collections.abc import Iterator

from axone.arrays import FloatArray
from axone.explanation.numerals import as_table, cell_name, numeral, written
from axone.explanation.text import HEADINGS, shown_children
from axone.explanation.trace import Step, Trace
from axone.messages import Message, _, _n
from axone.pages import page, words

_MOST_ROWS, _MOST_COLUMNS = 16, 16
"""Of an array that is laid out; how many others there are is said."""

_MANY_STEPS = 120
"""Beyond so many the layers of a page are folded at first."""


def as_html(trace: Trace, *, digits: int = 4) -> str:
    """Render a trace as one self-contained page.

    Parameters
    ----------
    trace : Trace
    digits : int, default 4
        Significant ones of every number.
    """
    title = trace.title or _("One step of a network, with every number")
    return page(title, _body(title, trace, digits), "axone.explanation:trace.css")


def _body(title: str, trace: Trace, digits: int) -> Iterator[str]:
    parts = list(trace.parts())
    unfolded = sum(1 for _step in trace.walk()) <= _MANY_STEPS
    yield f"<header><h1>{words(title)}</h1>{_losses(trace, digits)}"
    links = (f'<a href="#{kind}">{words(HEADINGS[kind])}</a>' for kind, _steps in parts)
    yield f"<nav>{' '.join(links)}</nav></header><main>"
    for kind, steps in parts:
        yield f'<section id="{kind}"><h2>{words(HEADINGS[kind])}</h2>'
        for step in steps:
            yield from _of_step(step, digits, unfolded)
        yield "</section>"
    counted = _("Cells are counted from 1. A number in brackets stands for as many more terms.")
    yield f"</main><footer>{words(counted)}</footer>"


def _losses(trace: Trace, digits: int) -> str:
    if trace.loss is None:
        return ""
    text = _("Loss {loss}", loss=numeral(trace.loss, digits))
    if trace.loss_after is not None:
        text = _(
            "Loss {loss}, after the step {after}",
            loss=numeral(trace.loss, digits),
            after=numeral(trace.loss_after, digits),
        )
    return f"<p>{words(text)}</p>"


def _of_step(step: Step, digits: int, unfolded: bool) -> Iterator[str]:
    if step.title:
        yield f"<details{' open' * unfolded}><summary>{words(step.title)}</summary>"
    if step.array is not None:
        yield from _of_array(step, digits)
    elif step.labels:
        yield f"<ul>{''.join(f'<li>{words(label)}</li>' for label in step.labels)}</ul>"
    for child in shown_children(step):
        if isinstance(child, Message):
            yield f"<p>{words(child)}</p>"
        else:
            yield from _of_step(child, digits, unfolded)
    if step.title:
        yield "</details>"


def _of_array(step: Step, digits: int) -> Iterator[str]:
    array = step.array
    assert array is not None  # noqa: S101 — asked before
    yield '<div class="array">'
    if step.equation:
        yield f'<p class="equation">{words(step.equation)}</p>'
    if step.cells:
        yield '<div class="wide" tabindex="0"><table class="cells">'
        for cell in step.cells:
            name = cell_name(step.symbol, cell.index, array.shape)
            label = ""
            if step.of_columns:
                label = f" <small>{words(step.of_columns[cell.index[-1]])}</small>"
            working, value = written(cell.working, digits), numeral(cell.value, digits)
            result = "" if working == value else f"<b>=\N{NO-BREAK SPACE}{words(value)}</b>"
            yield (
                f'<tr><th scope="row">{words(name)}{label}</th>'
                f"<td>=\N{NO-BREAK SPACE}{words(working)} {result}</td></tr>"
            )
        yield "</table></div>"
        if step.left_out:
            more = _n("… {count:,} more alike", "… {count:,} more alike", step.left_out)
            yield f"<p>{words(more)}</p>"
    if step.before is not None:
        yield from _table(_("before"), step.before, digits, ())
        yield from _table(_("after"), array, digits, ())
    elif step.left_out or not step.cells:
        yield from _table(step.symbol, array, digits, step.of_columns)
    yield "</div>"


def _table(caption: str, array: FloatArray, digits: int, labels: tuple[str, ...]) -> Iterator[str]:
    rows = as_table(array)
    shape = "×".join(map(str, array.shape))
    yield f'<div class="wide" tabindex="0"><table class="numbers"><caption>{words(caption)}'
    yield f" <small>{shape}</small></caption>"
    if labels and len(labels) <= _MOST_COLUMNS:
        names = (f'<th scope="col">{words(label)}</th>' for label in labels)
        yield f"<tr>{''.join(names)}</tr>"
    for row in rows[:_MOST_ROWS]:
        cells = (f"<td>{numeral(number, digits)}</td>" for number in row[:_MOST_COLUMNS].tolist())
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table></div>"
    left = array.size - min(len(rows), _MOST_ROWS) * min(rows.shape[1], _MOST_COLUMNS)
    if left:
        more = _n("… {count:,} more number", "… {count:,} more numbers", left)
        yield f"<p>{words(more)}</p>"
