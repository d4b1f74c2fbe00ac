"""What tables are made of: their text, and how times are written."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

JAX_HELD_BACK = (
    "JAX's large products come from YNNPACK, which takes AVX-512 wherever the processor has it, "
    "whatever the flags say: it is turned off here. XLA's own AVX2 code makes them, slower than "
    "that library's would be where there is nothing better."
)


@dataclass(frozen=True)
class Section:
    """A table under a title, and what there is to know about it."""

    title: str
    note: str
    table: str = ""


def name_of_cores(count: int) -> str:
    """Return what so many cores are called in a title."""
    return "one core" if count == 1 else f"{count} cores"


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align the first column left and the others right."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        ).rstrip()
        for line in lines
    )


def with_spread(seconds: Sequence[float]) -> str:
    """Return the median in microseconds, and in brackets the interquartile range."""
    spread = 0.0
    if len(seconds) > 1:
        low, _, high = statistics.quantiles(seconds, n=4, method="inclusive")
        spread = high - low
    return f"{microseconds(statistics.median(seconds))} ({microseconds(spread)})"


def duration(seconds: float) -> str:
    """Return a time in the unit that leaves it three digits or so."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.{0 if seconds >= 100 * size else 1}f} {unit}"
    return f"{microseconds(seconds)} µs"


def microseconds(seconds: float) -> str:
    """Return microseconds with three digits or so."""
    figure = seconds * 1e6
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 1 else f"{figure:.2f}"
