"""What single convolutions take: by the compiled engine's layer, and by PyTorch's library.

`convolutions.cpp` is compiled with the engine's headers for a variant; PyTorch is kept to the same
instructions. `python -m benchmarks.signals.kernels` is the process that is timed;
`measure_convolutions` starts it and reads what it prints.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.kernels import DTYPES, engine_flags
from benchmarks.limits import measure_limits, printed_by
from benchmarks.machine import MARCH, confine_to_cores, run_confined
from benchmarks.signals.workloads import SIGNAL_WORKLOADS, Convolution, Shape
from benchmarks.timing import best_seconds

PASSES = ("forward", "weights alone", "backward")
"""z; ∂L/∂W, which is all that a first layer needs; ∂L/∂W and ∂L/∂x."""

_SOURCE = Path(__file__).with_name("convolutions.cpp")


class Shapes(NamedTuple):
    """A convolution and what it is given."""

    rows: int
    layer: Convolution
    shape: Shape

    @property
    def label(self) -> str:
        """Rows, the shape of an example, and the channels with their kernel."""
        kernel = "×".join(map(str, self.layer.kernel))
        example = "×".join(map(str, self.shape))
        return f"{self.rows}, {example}, {self.layer.channels} @ {kernel}"

    @property
    def products(self) -> int:
        """Multiply-adds of a forward pass; a gradient has as many."""
        return self.rows * self.layer.form(self.shape).products

    @property
    def before(self) -> Shape:
        """The zeros before the first position of each axis."""
        is_same = self.layer.padding == "same"
        return tuple((k - 1) // 2 if is_same else 0 for k in self.layer.kernel)

    def numbers(self) -> list[int]:
        """Return what `convolutions.cpp` is told; a signal is an image of height 1."""
        channels, *lengths = self.layer.form(self.shape).shape
        one = [1] * (2 - len(lengths))
        before = [0] * len(one) + list(self.before)
        sizes = [self.shape[0], *one, *self.shape[1:], channels, *one, *lengths]
        return [self.rows, *sizes, *one, *self.layer.kernel, *before]


@dataclass(frozen=True)
class ConvolutionKernels:
    """What one variant's convolutions reach.

    Attributes
    ----------
    variant : str
    peak : float
        Operations a second of float32 multiply-adds; of float64 half as many.
    flops_per_second : dict
        By "dtype library", then by label one figure for each of `PASSES`.
    """

    variant: str
    peak: float
    flops_per_second: dict[str, dict[str, list[float]]]


def convolutions() -> list[Shapes]:
    """Return every convolution of the workloads."""
    found = []
    for workload in SIGNAL_WORKLOADS.values():
        shape = workload.shape
        for layer, form in zip(workload.layers, workload.forms(), strict=True):
            if isinstance(layer, Convolution):
                found.append(Shapes(workload.batch_size, layer, shape))
            shape = form.shape
    return list(dict.fromkeys(found))


def measure_convolutions(variant: str) -> ConvolutionKernels | None:
    """Measure in a fresh process on one core; None where no C++ compiler is found."""
    data = run_confined("benchmarks.signals.kernels", [variant], 1, variant)
    return None if data is None else ConvolutionKernels(**data)


def _ours(variant: str) -> dict[str, dict[str, list[float]]] | None:
    numbers = [str(number) for shapes in convolutions() for number in shapes.numbers()]
    lines = printed_by(_SOURCE, engine_flags(variant), numbers)
    if lines is None:
        return None
    seconds: dict[str, dict[str, list[float]]] = {dtype: {} for dtype in DTYPES}
    labels = [shapes.label for shapes in convolutions() for _ in DTYPES]
    for label, line in zip(labels, lines, strict=True):
        dtype, *figures = line.split()
        seconds[dtype][label] = [float(figure) for figure in figures]
    return seconds


def _theirs(dtype: str) -> dict[str, list[float]]:
    import torch

    kind = getattr(torch, dtype)
    convolve = {2: torch.nn.functional.conv1d, 3: torch.nn.functional.conv2d}
    seconds = {}
    for shapes in convolutions():
        channels, *lengths = shapes.layer.form(shapes.shape).shape
        axes = len(lengths)
        padding = list(shapes.before)
        sizes = list(shapes.shape[1:])
        if shapes.layer.padding == "same" and any(k % 2 == 0 for k in shapes.layer.kernel):
            # PyTorch's kernels pad both sides alike: these rows have their zeros already.
            sizes = [n + k - 1 for n, k in zip(sizes, shapes.layer.kernel, strict=True)]
            padding = [0] * axes
        x = torch.randn(shapes.rows, shapes.shape[0], *sizes, dtype=kind)
        weight = torch.randn(channels, shapes.shape[0], *shapes.layer.kernel, dtype=kind)
        delta = torch.randn(shapes.rows, channels, *lengths, dtype=kind)
        if axes == 2:
            x, delta = (array.contiguous(memory_format=torch.channels_last) for array in (x, delta))
        seconds[shapes.label] = [
            best_seconds(_bound(convolve[axes + 1], x, weight, None, 1, padding)),
            *(
                best_seconds(_backward(x, weight, delta, padding, of_inputs=of_inputs))
                for of_inputs in (False, True)
            ),
        ]
    return seconds


def _bound(work: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: work(*arguments)


def _backward(
    x: Any, weight: Any, delta: Any, padding: list[int], *, of_inputs: bool
) -> Callable[[], object]:
    import torch

    ones, zeros = [1] * len(padding), [0] * len(padding)
    wanted = [of_inputs, True, False]
    return lambda: torch.ops.aten.convolution_backward(
        delta, x, weight, None, ones, padding, ones, False, zeros, 1, wanted
    )


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=MARCH)
    variant = parser.parse_args().variant
    confine_to_cores(1)
    print(f"{variant}: convolutions", file=sys.stderr, flush=True)
    limits = measure_limits((), 1, variant)
    ours = _ours(variant)
    if limits is None or ours is None:
        print("null")
        return
    seconds = {f"{dtype} axone": figures for dtype, figures in ours.items()}
    if find_spec("torch") is not None:
        seconds |= {f"{dtype} torch": _theirs(dtype) for dtype in DTYPES}
    products = {shapes.label: shapes.products for shapes in convolutions()}
    rates = {
        name: {
            label: [
                2 * of_both * products[label] / taken
                for of_both, taken in zip((1, 1, 2), figures, strict=True)
            ]
            for label, figures in by_label.items()
        }
        for name, by_label in seconds.items()
    }
    print(json.dumps(asdict(ConvolutionKernels(variant, limits.flops_per_second, rates))))


if __name__ == "__main__":
    main()
