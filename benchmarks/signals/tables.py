"""Shows what training networks of signals, images and sequences took."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.formats import (
    JAX_HELD_BACK,
    Section,
    microseconds,
    name_of_cores,
    table_of,
    with_spread,
)
from benchmarks.kernels import DTYPES
from benchmarks.limits import Limits
from benchmarks.machine import is_held_back
from benchmarks.signals.kernels import PASSES, ConvolutionKernels, convolutions
from benchmarks.signals.opponents import SIGNAL_OPPONENTS
from benchmarks.signals.rounds import SignalRounds
from benchmarks.signals.workloads import SIGNAL_WORKLOADS

NETWORKS = (
    "LeNet-5 on images of 28×28, the course's 1D-CNN on ten numbers (SGD, the others Adam), the "
    "FCN of Wang et al. (2017) on signals of the shape of basic_motions (6×100), an LSTM and a GRU "
    "of 32 units on sequences of the shape of japanese_vowels (25×12). All begin with the same "
    "weights and must come to the same losses in twelve steps before they are timed. PyTorch keeps "
    "images with their channels last; torch.compile cannot train its LSTM. JAX's convolutions are "
    "products of patches in one `lax.scan` over an epoch, which is faster than its own."
)

Seconds = Mapping[str, Mapping[str, Sequence[float]]]


def signal_sections(rounds: SignalRounds, single: SignalRounds | None = None) -> list[Section]:
    """Return times, ratios, examples a second and shares of the hardware's limit.

    Parameters
    ----------
    rounds : SignalRounds
    single : SignalRounds, optional
        The same on one thread. What is faster there is taken from there: nobody has to use a
        second core that slows them down.
    """
    seconds = rounds.seconds if single is None else _best_of(single.seconds, rounds.seconds)
    opponents = _opponents(seconds)
    cores = f"{rounds.variant}, {name_of_cores(rounds.threads)}"
    sections = [_times_section(rounds, seconds, opponents, cores, is_best=single is not None)]
    if len(opponents) > 1:
        sections.append(_ratio_section(seconds, opponents, cores))
    sections.append(_rate_section(seconds, opponents, rounds.limits, cores))
    if rounds.limits is not None and rounds.compiled:
        sections.append(_compiled_section(rounds.compiled, rounds.limits, cores))
    if single is not None:
        sections.append(_gain_section(single.seconds, rounds.seconds, opponents, cores))
    return sections


def convolution_sections(kernels: ConvolutionKernels) -> list[Section]:
    """Show what every convolution reaches, of the peak and beside PyTorch."""
    sections = []
    for dtype in DTYPES:
        peak = kernels.peak if dtype == "float32" else kernels.peak / 2
        ours = kernels.flops_per_second[f"{dtype} axone"]
        theirs = kernels.flops_per_second.get(f"{dtype} torch", {})
        rows = []
        for label in (shapes.label for shapes in convolutions()):
            cells = [f"{rate / 1e9:4.0f} {100 * rate / peak:3.0f}%" for rate in ours[label]]
            if theirs:
                pairs = zip(cells, theirs[label], strict=True)
                cells = [f"{cell}{rate / 1e9:5.0f}" for cell, rate in pairs]
            rows.append([label, *cells])
        note = (
            "GFLOP/s of Axone's layer and their share of the peak, then of PyTorch's kernels, on "
            f"one core: of z, of ∂L/∂W alone, of ∂L/∂W with ∂L/∂x. The peak is {peak / 1e9:.0f} "
            f"GFLOP/s (measured, {dtype} multiply-adds). Shapes are the batch, an example, and "
            "channels @ kernel."
        )
        title = f"Convolutions, {kernels.variant}, {dtype}"
        sections.append(Section(title, note, table_of(["convolution", *PASSES], rows)))
    return sections


def _best_of(single: Seconds, several: Seconds) -> Seconds:
    """Return, for each workload and opponent, the seconds with the lower median."""
    return {
        name: {
            opponent: min(seconds, single[name][opponent], key=statistics.median)
            for opponent, seconds in row.items()
        }
        for name, row in several.items()
    }


def _times_section(
    rounds: SignalRounds, seconds: Seconds, opponents: list[str], cores: str, *, is_best: bool
) -> Section:
    count = len(next(iter(next(iter(seconds.values())).values())))
    note = f"Median of {count} rounds of whole fits by turns; in brackets the interquartile range. "
    note += "Each is the best of one and of several threads." if is_best else NETWORKS
    if is_held_back(rounds.variant) and "jax" in opponents:
        note += " " + JAX_HELD_BACK
    rows = [
        [_label(name), *(with_spread(row[who]) if who in row else "" for who in opponents)]
        for name, row in seconds.items()
    ]
    title = f"Signals, images and sequences: microseconds a step, {cores}"
    return Section(title, note, table_of(["network", *opponents], rows))


def _ratio_section(seconds: Seconds, opponents: list[str], cores: str) -> Section:
    base, *others = opponents
    rows = [
        [_label(name), *(_ratio(row, who, base) for who in others)] for name, row in seconds.items()
    ]
    note = f"How many times longer a step takes than with {base}."
    title = f"Signals, images and sequences: ratios, {cores}"
    return Section(title, note, table_of(["network", *others], rows))


def _rate_section(
    seconds: Seconds, opponents: list[str], limits: Limits | None, cores: str
) -> Section:
    rows = []
    for name, row in seconds.items():
        workload = SIGNAL_WORKLOADS[name]
        least = None if limits is None else limits.step_seconds(workload)
        cells = []
        for who in opponents:
            if who not in row:
                cells.append("")
                continue
            taken = _median(row[who])
            share = "" if least is None else f" {100 * least / taken:3.0f}%"
            cells.append(f"{workload.batch_size / taken:.0f}{share}")
        limit = "" if least is None else microseconds(least)
        rows.append([workload.label, _millions(workload.flops), limit, *cells])
    note = "Images, signals or sequences a second"
    if limits is not None:
        note += (
            ", and the share of the hardware's limit: the products at "
            f"{limits.flops_per_second / 1e9:.0f} GFLOP/s (measured, float32 multiply-adds), then "
            "the time to read and write the weights and Adam's two moments"
        )
    note += (
        ". A step's operations are 2·batch·(3·multiply-adds − the first layer's), which takes no "
        "gradient of its inputs."
    )
    header = ["network", "MFLOP", "limit µs", *opponents]
    title = f"Signals, images and sequences: examples a second, {cores}"
    return Section(title, note, table_of(header, rows))


def _compiled_section(compiled: Mapping[str, float], limits: Limits, cores: str) -> Section:
    rows = []
    for name, seconds in compiled.items():
        least = limits.step_seconds(SIGNAL_WORKLOADS[name])
        share = f"{100 * least / seconds:.0f}%"
        rows.append([_label(name), microseconds(least), microseconds(seconds), share])
    note = (
        "A step of Axone's compiled engine, of whole epochs in one call: gathering the rows, "
        "shuffles, loss and right answers are in it, Python is not."
    )
    title = f"Signals, images and sequences: the compiled part of a step, {cores}"
    return Section(title, note, table_of(["network", "limit µs", "compiled µs", "share"], rows))


def _gain_section(single: Seconds, several: Seconds, opponents: list[str], cores: str) -> Section:
    rows = []
    for name, row in several.items():
        cells = []
        for who in opponents:
            gain = _median(single[name][who]) / _median(row[who]) if who in row else None
            cells.append("" if gain is None else f"{gain:.2f}×")
        rows.append([_label(name), *cells])
    note = "How many times longer a step takes on one thread than on all cores."
    title = f"Signals, images and sequences: what more threads bring, {cores}"
    return Section(title, note, table_of(["network", *opponents], rows))


def _opponents(seconds: Seconds) -> list[str]:
    """Return everybody who trained something, in the order of their table."""
    found = {who for row in seconds.values() for who in row}
    return [who for who in SIGNAL_OPPONENTS if who in found]


def _millions(flops: int) -> str:
    figure = flops / 1e6
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.3g}"


def _label(name: str) -> str:
    return SIGNAL_WORKLOADS[name].label


def _median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def _ratio(row: Mapping[str, Sequence[float]], who: str, base: str) -> str:
    if who not in row:
        return ""
    return f"{_median(row[who]) / _median(row[base]):.1f}×"
