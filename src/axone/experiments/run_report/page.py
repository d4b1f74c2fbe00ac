"""The page of one run, or of several beside one another: headings, tables, pictures."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from axone.data.parts import name_of_part
from axone.experiments.intervals import LEVEL
from axone.experiments.run_report.contents import Picture, RunReport
from axone.kept_messages import from_data
from axone.messages import Message, _, at, formatted, listed
from axone.pages import page, words
from axone.score_names import name_of_score

_MOST_CLASSES, _MOST_COLUMNS, _MOST_LAYERS = 100, 200, 200


def as_page(reports: Sequence[RunReport]) -> str:
    """Render runs as one self-contained page.

    Parameters
    ----------
    reports : sequence of RunReport
        At least one; of several the scores stand side by side first.
    """
    names = listed(report.name for report in reports)
    title = _("{names}: report", names=names)
    return page(title, _body(title, reports), "axone.experiments.run_report:report.css")


def _body(title: Message, reports: Sequence[RunReport]) -> Iterator[str]:
    yield f"<header><h1>{words(title)}</h1>"
    several = len(reports) > 1
    if several:
        links = (
            f'<a href="#run-{number}">{words(report.name)}</a>'
            for number, report in enumerate(reports)
        )
        yield f"<nav>{' '.join(links)}</nav>"
    yield "</header><main>"
    if several:
        yield from _side_by_side(reports)
    for number, report in enumerate(reports):
        yield f'<article id="run-{number}">'
        if several:
            yield f"<h2>{words(report.name)}</h2>"
        yield from _of_run(report, "h3" if several else "h2")
        yield "</article>"
    yield "</main>"


def _side_by_side(reports: Sequence[RunReport]) -> Iterator[str]:
    """The scores of every run on its last part, in the order in which the runs were named."""
    parts = [report.parts[-1] if report.parts else "" for report in reports]
    scores = [report.scores.get(part, {}) for report, part in zip(reports, parts, strict=True)]
    names = [name for name in dict.fromkeys(n for each in scores for n in each) if name != "of"]
    heading = _("Side by side")
    yield f"<section><h2>{words(heading)}</h2>"
    rows = [
        (report.name, name_of_part(part), *(_score(each, name) for name in names))
        for report, part, each in zip(reports, parts, scores, strict=True)
    ]
    yield from _table(
        _("Scores of each run"), (_("run"), _("rows"), *map(name_of_score, names)), rows
    )
    yield "</section>"


def _of_run(report: RunReport, heading: str) -> Iterator[str]:
    yield '<div class="summary">'
    for sentence in report.summary:
        yield f"<p>{words(sentence)}</p>"
    yield "</div>"
    if report.notes:
        yield f"<ul>{''.join(f'<li>{words(note)}</li>' for note in report.notes)}</ul>"
    sections: tuple[tuple[Message, Iterable[str]], ...] = (
        (_("Scores"), _scores(report)),
        (_("Classes"), _classes(report)),
        (_("Pictures"), _pictures(report)),
        (_("Diagnosis"), _diagnosis(report)),
        (_("Importance"), _importance(report)),
        (_("Network"), _network(report)),
        (_("Data"), _data(report)),
        (_("Settings"), _settings(report)),
    )
    for title, lines in sections:
        content = list(lines)
        if content:
            yield f"<section><{heading}>{words(title)}</{heading}>"
            yield from content
            yield "</section>"


def _scores(report: RunReport) -> Iterator[str]:
    if not report.parts:
        return
    last = report.parts[-1]
    names = [
        name
        for name in dict.fromkeys(n for part in report.parts for n in report.scores[part])
        if name != "of"
    ]
    header: list[object] = ["", *map(name_of_part, report.parts)]
    if report.intervals:
        header.append(_("{level:.0%} interval, {part} rows", level=LEVEL, part=name_of_part(last)))
    if report.constants:
        header.append(_("constant, {part} rows", part=name_of_part(last)))
    rows = []
    for name in names:
        row: list[object] = [
            name_of_score(name),
            *(_score(report.scores[part], name) for part in report.parts),
        ]
        if report.intervals:
            ends = report.intervals.get(name)
            row.append("" if ends is None else _interval(*ends))
        if report.constants:
            row.append(_score(report.constants.get(last, {}), name))
        rows.append(row)
    yield from _table(_("How good the network is"), header, rows)
    if report.intervals:
        told = _(
            "Intervals: rows drawn again with replacement, {level:.0%} of the scores lie within. "
            "They tell of the choice of the rows, not of the seed (axone train --repeats).",
            level=LEVEL,
        )
        yield f"<p><small>{words(told)}</small></p>"


def _interval(low: float, high: float) -> str:
    return f"{formatted(low, '.4g')} – {formatted(high, '.4g')}"


def _score(scores: Mapping[str, float | None], name: str) -> str:
    if name not in scores:
        return ""
    value = scores[name]
    if value is None:
        return _("not finite")
    if name == "right":
        return f"{formatted(value, ',')}/{formatted(scores.get('of', 0), ',')}"
    return formatted(value, ".4g")


def _classes(report: RunReport) -> Iterator[str]:
    if report.classes:
        shown = report.classes[:_MOST_CLASSES]
        header = (_("class"), _("precision"), _("recall"), _("F1"), _("rows"))
        rows = [
            (
                line["name"],
                *(formatted(line[score], ".3f") for score in ("precision", "recall", "f1")),
                formatted(line["support"], ","),
            )
            for line in shown
        ]
        yield from _table(_("Each class, the lowest recall first"), header, rows)
        yield from _more(len(report.classes) - len(shown))


def _pictures(report: RunReport) -> Iterator[str]:
    if report.pictures:
        yield '<div class="pictures">'
        yield from map(_picture, report.pictures)
        yield "</div>"
    if report.left_out:
        told = _("In the folder, too large for this page: {names}.", names=listed(report.left_out))
        yield f"<p>{words(told)}</p>"


def _picture(picture: Picture) -> str:
    image = f'<img src="{_address(picture.content)}" alt="{words(picture.says)}">'
    if picture.dark:
        # Paper is white, whatever the screen.
        dark = 'media="screen and (prefers-color-scheme: dark)"'
        image = f'<picture><source {dark} srcset="{_address(picture.dark)}">{image}</picture>'
    return (
        f"<figure>{image}<figcaption>{words(at(picture.name, picture.says))}</figcaption></figure>"
    )


def _address(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _diagnosis(report: RunReport) -> Iterator[str]:
    if report.findings is None:
        return
    if not report.findings:
        healthy = _("Nothing is wrong with this run, as far as its numbers tell.")
        yield f"<p>{words(healthy)}</p>"
    for number, finding in enumerate(report.findings, start=1):
        yield '<div class="finding">'
        first, *others = finding.lines
        yield f"<p><strong>{number}. {words(first)}</strong> <code>{words(finding.code)}</code></p>"
        yield f"<ul>{''.join(f'<li>{words(str(line).strip())}</li>' for line in others)}</ul></div>"


def _importance(report: RunReport) -> Iterator[str]:
    if report.importance:
        rows = [
            (name, formatted(drop, ".4g"), f"± {formatted(spread, '.2g')}")
            for name, drop, spread in report.importance[:_MOST_COLUMNS]
        ]
        header = (_("column"), _("drop of the score"), _("spread"))
        yield from _table(_("What the network would miss, the most important first"), header, rows)


def _network(report: RunReport) -> Iterator[str]:
    rows = [
        (
            row.position,
            row.label,
            " × ".join(map(str, row.output_shape)),
            formatted(row.parameters, ","),
        )
        for row in report.network.rows[:_MOST_LAYERS]
    ]
    header = ("", _("layer"), _("output shape"), _("parameters"))
    caption = _("{parameters:,} parameters", parameters=report.network.parameters)
    yield from _table(caption, header, rows)
    yield from _more(len(report.network.rows) - len(rows))


def _data(report: RunReport) -> Iterator[str]:
    if report.class_counts:
        parts = list(report.class_counts)
        names = list(dict.fromkeys(n for part in parts for n in report.class_counts[part]))
        rows = [
            (name, *(formatted(report.class_counts[part].get(name, 0), ",") for part in parts))
            for name in names[:_MOST_CLASSES]
        ]
        yield from _table(_("Rows of each class"), (_("class"), *map(name_of_part, parts)), rows)
        yield from _more(len(names) - len(rows))
    if report.columns:
        shown = report.columns[:_MOST_COLUMNS]
        told: list[tuple[object, ...]] = [
            (
                column.get("name", ""),
                column.get("kind", ""),
                from_data(column.get("said", column.get("how", ""))),
                _whole(column.get("missing")),
                _whole(column.get("distinct")),
            )
            for column in shown
        ]
        header = (_("column"), _("read as"), _("because"), _("missing"), _("different"))
        yield from _table(_("Columns of the table"), header, told)
        yield from _more(len(report.columns) - len(shown))


def _whole(number: Any) -> object:
    return formatted(number, ",") if isinstance(number, int) else ""


def _settings(report: RunReport) -> Iterator[str]:
    told = _("Save it as experiment.toml, and run it again:")
    yield f"<p>{words(told)}</p>"
    yield "<pre>axone train experiment.toml</pre>"
    yield f"<pre>{words(report.experiment)}</pre>"
    rows = list(report.environment.items())
    yield from _table(_("Made with"), ("", ""), rows)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        more = _("… {count:,} more", count=count)
        yield f"<p>{words(more)}</p>"


def _table(
    caption: object, header: Iterable[object], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    yield '<div class="wide" tabindex="0"><table class="scores">'
    yield f"<caption>{words(caption)}</caption>"
    names = list(header)
    if any(str(name) for name in names):
        cells = (
            f'<th scope="col">{words(name)}</th>' if str(name) else "<td></td>" for name in names
        )
        yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>"
    for first, *others in rows:
        cells = (f"<td>{words(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{words(first)}</th>{"".join(cells)}</tr>'
    yield "</tbody></table></div>"
