"""Turns figures into tables of at most 100 columns, for the terminal and for RESULTS.md alike."""

import statistics
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from benchmarks.around import Table, Turns, tables
from benchmarks.formats import (
    JAX_HELD_BACK,
    Section,
    duration,
    microseconds,
    name_of_cores,
    table_of,
    with_spread,
)
from benchmarks.formulas import FORMULAS, FormulaSteps
from benchmarks.kernels import DTYPES, LIBRARIES, PRODUCTS, Kernels, shapes
from benchmarks.lbfgs import GRADIENT_TOLERANCE, ITERATIONS, LBFGSFits
from benchmarks.lbfgs import NETWORKS as LBFGS_NETWORKS
from benchmarks.limits import Limits
from benchmarks.machine import count_cores, is_held_back, library_versions, processor_name
from benchmarks.opponents import OPPONENTS
from benchmarks.populations import NETWORKS, Populations
from benchmarks.processes import Memory, Startup
from benchmarks.rounds import Rounds, Timing
from benchmarks.workloads import SMALLEST, WORKLOADS

WIDTH = 100

SAME_FOR_ALL = (
    "Rows, batch size, epochs, Adam's settings, float32 and the number of steps are the same for "
    "all. A time is that of a whole fit through the public face, divided by its steps. What could "
    "not be made equal:"
)
NOT_EQUAL = (
    "Initial weights and shuffles are each library's own.",
    "With two classes (cancer, fraud) scikit-learn has one logistic output, not a softmax of two; "
    "its ε is added before Adam's bias correction, the others' after it.",
    "Both engines of Axone, scikit-learn and JAX work out the training loss of every step; "
    "PyTorch's loop never reads it, which would cost it time. Axone counts right answers too, and "
    "Axone and scikit-learn refuse rows that are not finite.",
    "Every opponent fits once before it is timed, so that JAX's compilation is left out: the cost "
    "of starting has its own table. JAX trains an epoch in one compiled `lax.scan`, with NumPy's "
    "shuffles, which are faster than its own; PyTorch runs eagerly with fused Adam.",
)


def time_sections(rounds: Rounds, single: Rounds | None = None) -> list[Section]:
    """Return times, ratios and shares of the hardware's limit.

    Parameters
    ----------
    rounds : Rounds
    single : Rounds, optional
        The same on one thread. An opponent that is faster there is taken from there: nobody has to
        use a second core that slows them down.
    """
    timings = rounds.timings if single is None else best_of(single.timings, rounds.timings)
    grid = _grid(timings)
    cores = f"{rounds.variant}, {name_of_cores(rounds.threads)}"
    count = len(timings[0].seconds)
    note = f"Median of {count} rounds of whole fits by turns; in brackets the interquartile range."
    if is_held_back(rounds.variant) and any(each.opponent == "jax" for each in timings):
        note += " " + JAX_HELD_BACK
    if single is not None:
        note += " " + _say_who_gained(rounds.timings, timings)
    sections = [
        Section(f"Microseconds a step, {cores}", note, _times_table(grid)),
        *_ratio_sections(grid, cores),
    ]
    if rounds.limits is not None:
        sections.append(_limits_section(grid, rounds.limits, cores))
        if rounds.compiled:
            sections.append(_compiled_section(rounds.compiled, rounds.limits, cores))
    return sections


def best_of(single: Sequence[Timing], several: Sequence[Timing]) -> list[Timing]:
    """Return, for each workload and opponent, the timing with the lower median."""
    other = {(timing.workload, timing.opponent): timing for timing in single}
    return [min(timing, other[timing.workload, timing.opponent], key=_median) for timing in several]


def geometric_mean_ratios(grid: Mapping[str, Mapping[str, Timing]]) -> dict[str, float]:
    """Return how many times slower than the first each other opponent is on the small networks."""
    base, *others = next(iter(grid.values()))
    small = [grid[name] for name in SMALLEST if name in grid]
    return {
        name: statistics.geometric_mean(_median(row[name]) / _median(row[base]) for row in small)
        for name in others
        if small
    }


def kernel_sections(kernels: Kernels) -> list[Section]:
    """Show what every product reaches, of the peak and beside the libraries."""
    sections = []
    for dtype in DTYPES:
        peak = kernels.peak if dtype == "float32" else kernels.peak / 2
        rows = []
        for shape in shapes():
            cells = []
            for product in PRODUCTS:
                names = (
                    " ".join((dtype, library, product, *map(str, shape))) for library in LIBRARIES
                )
                found = [kernels.flops_per_second.get(name) for name in names]
                ours = found[0] or 0.0
                others = "".join("" if f is None else f"{f / 1e9:5.0f}" for f in found[1:])
                cells.append(f"{ours / 1e9:4.0f} {100 * ours / peak:3.0f}%{others}")
            rows.append(["×".join(map(str, shape)), *cells])
        note = (
            "GFLOP/s of Axone's kernels and their share of the peak, then of NumPy's OpenBLAS and "
            f"of PyTorch, on one core. The peak is {peak / 1e9:.0f} GFLOP/s (measured, {dtype} "
            "multiply-adds). Shapes are batch×inputs×outputs."
        )
        table = table_of(["shape", *(product.replace("_", " ") for product in PRODUCTS)], rows)
        sections.append(Section(f"Kernels, {kernels.variant}, {dtype}", note, table))
    return sections


def population_section(populations: Populations) -> Section:
    """Show what a step of one network takes where many are trained."""
    rows, ratios = [], []
    for name, ways in populations.seconds.items():
        medians = {way: statistics.median(seconds) for way, seconds in ways.items()}
        alone = medians["one by one"] / medians["fit_many"]
        ratios.append(alone)
        cells = [microseconds(median) for median in medians.values()]
        rows.append([WORKLOADS[name].label, *cells, f"{alone:.2f}×"])
    cores = name_of_cores(populations.threads)
    ways = list(next(iter(populations.seconds.values())))
    note = (
        f"Microseconds a step of one network, where {NETWORKS} of them are fitted that differ in "
        "their seeds: each by a fit of its own, by `fit_many`, by JAX's epoch under `vmap`, by "
        "joblib's workers with scikit-learn (which fit 4 of them). The last column is the time of "
        f"the first over that of the second; its geometric mean is "
        f"{statistics.geometric_mean(ratios):.2f}×."
    )
    table = table_of(["workload", *ways, "gain"], rows)
    return Section(f"Many networks at once, {populations.variant}, {cores}", note, table)


def formula_section(found: FormulaSteps) -> Section:
    """Show what a step takes whose activation is a formula, beside the same by its name."""
    rows, ratios = [], []
    for workload, by_activation in found.seconds.items():
        cells = []
        for ways in by_activation.values():
            named, formula = (statistics.median(ways[way]) for way in ("name", "formula"))
            ratios.append(formula / named)
            cells.append(f"{microseconds(named)} {ratios[-1]:.2f}×")
        rows.append([WORKLOADS[workload].label, *cells])
    written = "; ".join(f"{name} is {formula}" for name, formula in FORMULAS.items())
    note = (
        "Microseconds a step with the activation of that name in the hidden layers, and the time "
        f"of the step over it where the activation is written as a formula: {written}. The "
        f"geometric mean is {statistics.geometric_mean(ratios):.2f}×, the largest "
        f"{max(ratios):.2f}×."
    )
    return Section(
        f"Formulas as activations, {found.variant}, one core",
        note,
        table_of(["workload", *FORMULAS], rows),
    )


def lbfgs_sections(found: LBFGSFits) -> list[Section]:
    """Show what whole fits by L-BFGS take, and what they come to."""
    ways = list(found.fits[0].seconds)
    base, *others = ways
    times, ends, ratios = [], [], {way: [] for way in others}
    for fits in found.fits:
        label = f"{fits.network} {'-'.join(map(str, LBFGS_NETWORKS[fits.network]))} {fits.dtype}"
        medians = {way: statistics.median(seconds) for way, seconds in fits.seconds.items()}
        for way in others:
            ratios[way].append(medians[way] / medians[base])
        milliseconds = [f"{1e3 * median:.2f}" for median in medians.values()]
        times.append([label, *milliseconds, *(f"{ratios[way][-1]:.1f}×" for way in others)])
        fitted = fits.fitted.values()
        ends.append([label, *(f"{each.iterations} {each.loss:8.2g}" for each in fitted)])
    means = [f"{way} {statistics.geometric_mean(ratios[way]):.1f}×" for way in others]
    count = len(found.fits[0].seconds[base])
    note = (
        f"Milliseconds of a whole fit on one core, the median of {count} rounds by turns: at most "
        f"{ITERATIONS} iterations, a gradient tolerance of {GRADIENT_TOLERANCE:g}, no penalty. "
        f"The ratios are times over {base}'s; their geometric means: {', '.join(means)}."
    )
    name = f"L-BFGS, {found.variant}"
    header = ["fit", *ways, *(f"{way}/{base}" for way in others)]
    told = (
        "Iterations, and the loss on the training rows, scikit-learn's squared error halved. Axone "
        "ends at 64 roundings of the loss, scikit-learn at 2.2e-9 of it; initial weights are each "
        "library's own."
    )
    return [
        Section(f"{name}: time", note, table_of(header, times)),
        Section(f"{name}: what it came to", told, table_of(["fit", *ways], ends)),
    ]


def accuracy_section(timings: Sequence[Timing]) -> Section:
    """Show that everybody learnt."""
    grid = _grid(timings)
    table = table_of(
        ["share of the training rows", *_opponents(grid)],
        [
            [WORKLOADS[name].label, *(f"{timing.accuracy:.3f}" for timing in row.values())]
            for name, row in grid.items()
        ],
    )
    return Section("Right answers after a fit", "That all of them did the work.", table)


def around_sections(measured: Sequence[Turns], variant: str) -> list[Section]:
    """Return a table for each kind of work around training."""
    by_table: dict[str, list[Turns]] = {}
    for turns in measured:
        by_table.setdefault(turns.table, []).append(turns)
    return [_around_section(tables()[name], rows, variant) for name, rows in by_table.items()]


def _around_section(table: Table, measured: Sequence[Turns], variant: str) -> Section:
    columns = list(dict.fromkeys(name for turns in measured for name in turns.seconds))
    rows = []
    for turns in measured:
        medians = {name: statistics.median(seconds) for name, seconds in turns.seconds.items()}
        cells = [duration(medians[name]) if name in medians else "" for name in columns]
        ours, theirs = (
            [medians[name] for name in names if name in medians]
            for names in (table.ours, table.theirs)
        )
        ratio = [f"{min(theirs) / min(ours):.1f}×" if ours and theirs else ""]
        rows.append([turns.name, *cells, *(ratio if table.theirs else [])])
    count = len(next(iter(measured[0].seconds.values())))
    note = f"{table.note} One core; median of {count} rounds by turns."
    header = ["", *columns]
    if table.theirs:
        note += f" The ratio is the fastest of {', '.join(table.theirs)} over the fastest of "
        note += f"{', '.join(table.ours)}."
        header.append("ratio")
    title = f"{table.title}, {variant}" if table.by_variant else table.title
    return Section(title, note, table_of(header, rows))


def memory_section(memory: Mapping[str, Memory]) -> Section:
    """Show the peaks of memory."""
    megabytes = 1e6
    table = table_of(
        ["MB", *memory],
        [
            [label, *(f"{figure / megabytes:.0f}" for figure in figures)]
            for label, figures in (
                ("imports and rows", [m.before_fit for m in memory.values()]),
                ("peak of the fit", [m.after_fit for m in memory.values()]),
                ("what the fit added", [m.after_fit - m.before_fit for m in memory.values()]),
            )
        ],
    )
    rows = WORKLOADS["mnist"].rows
    note = (
        f"Largest resident memory of a fresh process: one epoch of {WORKLOADS['mnist'].label} on "
        f"{rows} rows ({rows * 784 * 4 / megabytes:.0f} MB). JAX's includes its compiler's."
    )
    return Section("Peak memory", note, table)


def startup_section(startup: Mapping[str, Startup], repetitions: int) -> Section:
    """Show what a fresh process costs before training runs at full speed."""
    table = table_of(
        ["seconds", *startup],
        [
            ["import", *(f"{s.imports:.2f}" for s in startup.values())],
            ["first fit beyond second", *(f"{s.first_fit_extra:.3f}" for s in startup.values())],
            ["second fit", *(f"{s.second_fit:.3f}" for s in startup.values())],
        ],
    )
    note = (
        "Fresh processes on one core, NumPy's import included; a fit is 150 steps of iris; median "
        f"of {repetitions}."
    )
    return Section("Starting", note, table)


def describe_run(variants: Sequence[str], rounds: int, *, quick: bool) -> list[str]:
    """Say when and on what the figures were measured."""
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    lines = [
        f"{datetime.now(UTC).date().isoformat()}, {processor_name()}, {count_cores()} cores",
        versions,
        f"Instructions: {', then '.join(variants)}, to which every library is kept in turn",
        f"{rounds} rounds",
    ]
    if quick:
        lines.append(
            "**A quick look**: fits a quarter as long, so that what a fit costs to start weighs "
            "four times as much. Run without `--quick` for figures to quote."
        )
    return lines


def as_terminal(sections: Sequence[Section], description: Sequence[str]) -> str:
    """Return the same as `as_markdown`, to be read as it is."""
    parts = [_bullets(description), _say_what_differs()]
    parts += [
        "\n".join(
            filter(
                None, (section.title, "─" * len(section.title), _wrap(section.note), section.table)
            )
        )
        for section in sections
    ]
    return "\n\n".join(parts)


def as_markdown(sections: Sequence[Section], description: Sequence[str]) -> str:
    """Return the whole of RESULTS.md."""
    parts = ["# Benchmarks", "Written by `python -m benchmarks`.", _bullets(description)]
    parts.append(_say_what_differs())
    for section in sections:
        parts += [f"## {section.title}", _wrap(section.note)]
        if section.table:
            parts.append(f"```text\n{section.table}\n```")
    return "\n\n".join(parts) + "\n"


def _times_table(grid: Mapping[str, Mapping[str, Timing]]) -> str:
    return table_of(
        ["workload", *_opponents(grid)],
        [
            [WORKLOADS[name].label, *(with_spread(timing.seconds) for timing in row.values())]
            for name, row in grid.items()
        ],
    )


def _ratio_sections(grid: Mapping[str, Mapping[str, Timing]], cores: str) -> list[Section]:
    base, *others = _opponents(grid)
    if not others:
        return []
    table_rows = [
        [WORKLOADS[name].label, *(_ratio(row[other], row[base]) for other in others)]
        for name, row in grid.items()
    ]
    means = geometric_mean_ratios(grid)
    if means:
        small = sum(name in grid for name in SMALLEST)
        label = f"geometric mean of the {small} smallest"
        table_rows.append([label, *(f"{mean:.1f}×" for mean in means.values())])
    note = f"How many times longer a step takes than with {base}."
    if {"reference", "scikit-learn"} <= set(_opponents(grid)):
        ratios = [
            f"{name} {_ratio(row['scikit-learn'], row['reference'])}" for name, row in grid.items()
        ]
        note += f" scikit-learn against the reference engine: {', '.join(ratios)}."
    return [Section(f"Ratios, {cores}", note, table_of(["workload", *others], table_rows))]


def _limits_section(
    grid: Mapping[str, Mapping[str, Timing]], limits: Limits, cores: str
) -> Section:
    rows = []
    for name, row in grid.items():
        workload = WORKLOADS[name]
        least = limits.step_seconds(workload)
        cells = [
            f"{workload.flops / _median(t) / 1e9:.1f} {100 * least / _median(t):3.0f}%"
            for t in row.values()
        ]
        rows.append([workload.label, microseconds(least), *cells])
    note = (
        f"GFLOP/s, and the share of the hardware's limit: the products at "
        f"{limits.flops_per_second / 1e9:.0f} GFLOP/s (measured, float32 multiply-adds), then the "
        "time to read and write the weights and Adam's two moments. A step's operations are "
        "2·batch·(3·weights − first layer's weights)."
    )
    header = ["workload", "limit µs", *_opponents(grid)]
    return Section(f"Against the hardware, {cores}", note, table_of(header, rows))


def _compiled_section(compiled: Mapping[str, float], limits: Limits, cores: str) -> Section:
    rows = []
    for name, seconds in compiled.items():
        least = limits.step_seconds(WORKLOADS[name])
        cells = [f"{100 * least / seconds:.0f}%", f"{seconds / least:.1f}×"]
        rows.append([WORKLOADS[name].label, microseconds(least), microseconds(seconds), *cells])
    note = (
        "A step of Axone's compiled engine, of whole epochs in one call: gathering the rows, "
        "shuffles, loss and right answers are in it, Python is not. The limit is that above."
    )
    header = ["workload", "limit µs", "compiled µs", "share", "of the limit"]
    return Section(f"The compiled part of a step, {cores}", note, table_of(header, rows))


def _say_who_gained(several: Sequence[Timing], best: Sequence[Timing]) -> str:
    gained: dict[str, list[str]] = {}
    for timing in best:
        if any(timing is other for other in several):
            gained.setdefault(timing.opponent, []).append(timing.workload)
    if not gained:
        return "Each is the best of one and two threads: nobody was faster with two."
    listed = "; ".join(f"{name} ({', '.join(where)})" for name, where in gained.items())
    return f"Each is the best of one and two threads; two were faster for {listed}."


def _grid(timings: Sequence[Timing]) -> dict[str, dict[str, Timing]]:
    """Arrange by workload, then by opponent in the order of their table."""
    grid: dict[str, dict[str, Timing]] = {}
    for timing in sorted(timings, key=lambda timing: list(OPPONENTS).index(timing.opponent)):
        grid.setdefault(timing.workload, {})[timing.opponent] = timing
    return {name: grid[name] for name in WORKLOADS if name in grid}


def _opponents(grid: Mapping[str, Mapping[str, Timing]]) -> list[str]:
    return list(next(iter(grid.values())))


def _median(timing: Timing) -> float:
    return statistics.median(timing.seconds)


def _ratio(timing: Timing, base: Timing) -> str:
    return f"{_median(timing) / _median(base):.1f}×"


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(
        textwrap.fill(f"- {line}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for line in lines
    )


def _say_what_differs() -> str:
    return f"{_wrap(SAME_FOR_ALL)}\n\n{_bullets(NOT_EQUAL)}"
