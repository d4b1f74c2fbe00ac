"""A gradient check for a reader: a table of tensors, what is wrong with its place, the verdict."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from axone.explanation.gradient_check.findings import (
    RIGHT,
    EngineCheck,
    Entry,
    GradientCheck,
    PartCheck,
    TensorCheck,
    blame,
    worst_verdict,
)
from axone.messages import Listed, Message, _, _n, formatted, listed
from axone.summary import aligned

_ENTRIES, _TENSORS = 3, 4
"""So many of the worst entries, of so many tensors, are shown."""

_NO_MORE_THAN_ROUNDING = 0.1
"""A relative error above this that is all rounding is that of two zeros."""

_LINE = 80

_HANDED_BACK = ("x", "z", "ŷ")

_WORDS = {"right": _("right"), "doubtful": _("doubtful"), "wrong": _("wrong")}


def report(check: GradientCheck) -> str:
    """Return the check as text of at most 80 columns."""
    parts = [
        str(_heading(check)),
        _table(check),
        _wrapped(_notes(check)),
        *_details(check),
        _wrapped(_sentences(check)),
    ]
    return "\n\n".join(part for part in parts if part)


def _wrapped(lines: Iterable[Message]) -> str:
    """Return lines as they fit, what goes on further in."""
    return "\n".join(
        textwrap.fill(
            str(line), _LINE, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        for line in lines
    )


def _heading(check: GradientCheck) -> Message:
    return _n(
        "Gradient check on {count} row in float64, loss {loss:.6g}",
        "Gradient check on {count} rows in float64, loss {loss:.6g}",
        check.rows,
        loss=check.loss,
    )


def _table(check: GradientCheck) -> str:
    if not check.engines:
        return ""
    names = [engine.name for engine in check.engines]
    words = _("Tensor"), _("Shape"), _("Entries"), *names, _("Verdict")
    rows: list[Sequence[str]] = [tuple(map(str, words))]
    by_engine = [{tensor.name: tensor for tensor in engine.tensors} for engine in check.engines]
    for name in dict.fromkeys(name for tensors in by_engine for name in tensors):
        found = [tensors.get(name) for tensors in by_engine]
        known = [tensor for tensor in found if tensor is not None]
        errors = ["–" if tensor is None else _error(tensor) for tensor in found]
        verdict = _WORDS[worst_verdict(tensor.verdict for tensor in known)]
        first = known[0]
        looked = str(formatted(first.size, ","))
        if first.directions:
            looked = f"{formatted(first.entries, ',')}/{looked}"
        rows.append((name, str(first.shape), looked, *errors, str(verdict)))
    return aligned(rows)


def _error(tensor: TensorCheck) -> str:
    """Write a relative error; where it is only how exact differences are, no more than a bound."""
    error = tensor.relative_error
    if not tensor.is_rounding:
        return str(formatted(error, ".1e"))
    return "≈ 0" if error > _NO_MORE_THAN_ROUNDING else f"≤ {formatted(error, '.1e')}"


def _notes(check: GradientCheck) -> Iterator[Message]:
    tensors = [tensor for engine in check.engines[:1] for tensor in engine.tensors]
    if any(tensor.directions for tensor in tensors):
        yield _(
            "Of large tensors some entries, the largest among them, and all at once along "
            "{count} directions drawn at random.",
            count=max(tensor.directions for tensor in tensors),
        )
    cells = [_error(tensor) for engine in check.engines for tensor in engine.tensors]
    if any(cell.startswith("≈") for cell in cells):
        yield _("≈ 0: both are zero up to rounding.")
    if any(cell.startswith("≤") for cell in cells):
        yield _("≤: the differences are no more exact than that; no error shows beyond.")
    kinks = [tensor for tensor in tensors if tensor.kinks]
    if kinks:
        places = listed(
            Listed((tensor.name, formatted(len(tensor.kinks), ",")), " ") for tensor in kinks
        )
        yield _("Entries on kinks, set aside as they are right beside: {places}", places=places)
    for name, reason in check.obstacles.items():
        yield _("Without the engine {name}: {reason}", name=name, reason=reason)
    yield from check.notes


def _details(check: GradientCheck) -> Iterator[str]:
    """Show the worst entries: of the parts to blame, else of what is wrong or doubtful."""
    shown: list[tuple[Message, TensorCheck]] = [
        (part.place, tensor) for part in check.culprits for tensor in part.wrong
    ]
    if not shown:
        shown = [*_suspects(check)]
    for place, tensor in shown[:_TENSORS]:
        name = f"∂L/∂{tensor.name}"
        if tensor.fault is not None:
            yield _wrapped([_("{place}: {fault}", place=place, fault=tensor.fault)])
            continue
        head = _wrapped([_("{place}, {name}:", place=place, name=name)])
        yield f"{head}\n{_entries(tensor.worst[:_ENTRIES])}"
    if (more := len(shown) - _TENSORS) > 0:
        yield str(_n("… and {count} more tensor", "… and {count} more tensors", more))


def _suspects(check: GradientCheck) -> Iterator[tuple[Message, TensorCheck]]:
    for engine in check.engines:
        for tensor in engine.tensors:
            if tensor.verdict != "right":
                yield _("engine {name}", name=engine.name), tensor
    for part in check.parts:
        yield from _doubtful(part)


def _doubtful(part: PartCheck) -> Iterator[tuple[Message, TensorCheck]]:
    for tensor in part.tensors:
        if tensor.verdict != "right":
            yield part.place, tensor
    for inner in part.within:
        yield from _doubtful(inner)


def _entries(entries: Sequence[Entry]) -> str:
    words = _("Entry"), _("Backpropagation"), _("Differences"), _("Left"), _("Right")
    rows: list[Sequence[str]] = [tuple(map(str, words))]
    for entry in entries:
        place = _("a direction") if entry.index is None else entry.index
        numbers = entry.analytic, entry.numeric, entry.left, entry.right
        rows.append((str(place), *(str(formatted(number, ".6g")) for number in numbers)))
    return "\n".join(f"  {line}" for line in aligned(rows).split("\n"))


def _sentences(check: GradientCheck) -> Iterator[Message]:
    if check.verdict == "right":
        yield _agreement(check)
    elif check.verdict == "doubtful":
        yield _(
            "Doubtful: more than rounding explains, less than errors usually make. Look at the "
            "entries above."
        )
    elif check.culprits:
        for part in check.culprits:
            yield _("Wrong: {what}.", what=blame(part))
        if any(_spreads(part) for part in check.culprits):
            yield _(
                "An error in what a layer hands back spoils the tensors of all layers before it."
            )
    else:
        for engine in check.engines:
            if engine.verdict == "wrong":
                yield _of_engine(check, engine)


def _agreement(check: GradientCheck) -> Message:
    if not check.engines:
        return _("Right layer by layer; no engine gave the gradient of the whole network.")
    tensors = sum(len(engine.tensors) for engine in check.engines[:1])
    return _n(
        "Right: backpropagation agrees with differences in {count} tensor and layer by layer.",
        "Right: backpropagation agrees with differences in {count} tensors and layer by layer.",
        tensors,
    )


def _spreads(part: PartCheck) -> bool:
    """Whether it hands something wrong back."""
    return any(tensor.name in _HANDED_BACK for tensor in part.wrong)


def _of_engine(check: GradientCheck, engine: EngineCheck) -> Message:
    if not engine.loss_error <= RIGHT:
        return _(
            "Wrong: the engine {name} finds the loss {found:.9g}, the equations {wanted:.9g}.",
            name=engine.name,
            found=engine.loss,
            wanted=check.loss,
        )
    names = listed(tensor.name for tensor in engine.tensors if tensor.verdict == "wrong")
    return _(
        "Wrong: the gradient of {names} by the engine {name}, though every layer is right alone.",
        names=names,
        name=engine.name,
    )
