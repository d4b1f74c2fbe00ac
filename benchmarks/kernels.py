"""The three products of a layer, by the compiled engine's kernels and by the libraries' sgemm.

`kernels.cpp` is compiled with the engine's headers for a variant; NumPy's OpenBLAS and PyTorch's
library multiply the same shapes, kept to the same instructions. `python -m benchmarks.kernels` is
the process that is timed; `measure_kernels` starts it and reads what it prints.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.limits import measure_limits, printed_by
from benchmarks.machine import MARCH, ROOT, confine_to_cores, march_flags, run_confined
from benchmarks.timing import best_seconds
from benchmarks.workloads import WORKLOADS

PRODUCTS = ("forward", "input_gradient", "weight_gradient")
DTYPES = ("float32", "float64")
LIBRARIES = ("axone", "openblas", "torch")

_SOURCE = Path(__file__).with_name("kernels.cpp")
FLAGS = (
    *("-std=gnu++20", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"),
    *("-falign-functions=64", "-Wno-psabi"),
)
"""What every variant of the engine is compiled with, as `native/CMakeLists.txt` has it."""

_ODD = ((1, 257, 33), (17, 33, 17), (128, 1000, 257), (512, 257, 1000))


@dataclass(frozen=True)
class Kernels:
    """What one variant's products reach.

    Attributes
    ----------
    variant : str
    peak : float
        Operations a second of float32 multiply-adds; of float64 half as many.
    flops_per_second : dict
        By "dtype library product rows inputs outputs".
    """

    variant: str
    peak: float
    flops_per_second: dict[str, float]


def shapes() -> list[tuple[int, int, int]]:
    """Return rows, inputs and outputs: of every layer of the workloads, then odd ones."""
    found = {
        (workload.batch_size, before, after)
        for workload in WORKLOADS.values()
        for before, after in pairwise(workload.sizes)
    }
    return [*sorted(found), *_ODD]


def measure_kernels(variant: str) -> Kernels | None:
    """Measure in a fresh process on one core; None where no C++ compiler is found."""
    data = run_confined("benchmarks.kernels", [variant], 1, variant)
    return None if data is None else Kernels(**data)


def engine_flags(variant: str) -> list[str]:
    """Return how a program is compiled that includes the engine's headers."""
    return [*FLAGS, *march_flags(variant), f"-I{ROOT / 'native' / 'src'}"]


def _ours(variant: str) -> list[list[str]] | None:
    numbers = [str(size) for shape in shapes() for size in shape]
    lines = printed_by(_SOURCE, engine_flags(variant), numbers)
    return None if lines is None else [line.split() for line in lines]


def _theirs(library: str, dtype: str, shape: tuple[int, int, int]) -> dict[str, float]:
    import numpy as np

    rows, inputs, outputs = shape
    random = np.random.default_rng(0)
    sizes = ((rows, inputs), (outputs, inputs), (rows, outputs))
    X, W, delta = (random.normal(size=size).astype(dtype) for size in sizes)
    if library == "torch":
        import torch

        X, W, delta = (torch.from_numpy(array) for array in (X, W, delta))
        multiply: Callable[..., Any] = torch.mm
    else:
        multiply = np.matmul
    return {
        "forward": best_seconds(lambda: multiply(X, W.T)),
        "input_gradient": best_seconds(lambda: multiply(delta, W)),
        "weight_gradient": best_seconds(lambda: multiply(delta.T, X)),
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=MARCH)
    variant = parser.parse_args().variant
    confine_to_cores(1)
    print(f"{variant}: kernels", file=sys.stderr, flush=True)
    limits = measure_limits((), 1, variant)
    lines = _ours(variant)
    if limits is None or lines is None:
        print("null")
        return
    figures: dict[str, float] = {}

    def tell(dtype: str, library: str, product: str, shape: tuple[int, ...], took: float) -> None:
        rows, inputs, outputs = shape
        name = " ".join((dtype, library, product, *map(str, shape)))
        figures[name] = 2 * rows * inputs * outputs / took

    for dtype, product, *shape, took in lines:
        tell(dtype, "axone", product, tuple(map(int, shape)), float(took))
    for library in LIBRARIES[1:]:
        if library == "torch" and find_spec("torch") is None:
            continue
        for dtype in DTYPES:
            for shape in shapes():
                for product, took in _theirs(library, dtype, shape).items():
                    tell(dtype, library, product, shape, took)
    print(json.dumps(asdict(Kernels(variant, limits.flops_per_second, figures))))


if __name__ == "__main__":
    main()
