"""What no program can beat on this machine: multiply-adds at full rate, then Adam's memory traffic.

`peak.cpp` is compiled when it is needed; where there is no compiler there are no limits.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workloads import Workload

_SOURCE = Path(__file__).with_name("peak.cpp")


@dataclass(frozen=True)
class Limits:
    """What the hardware can do.

    Attributes
    ----------
    flops_per_second : float
        Of float32 fused multiply-adds, two operations each.
    update_seconds : dict of int to float
        Time to read and write as many weights, each with its two moments.
    """

    flops_per_second: float
    update_seconds: dict[int, float]

    def step_seconds(self, workload: Workload) -> float:
        """Return the least time of a step: its operations, then the update of its parameters."""
        return workload.flops / self.flops_per_second + self.update_seconds[workload.parameters]


def measure_limits(workloads: Iterable[Workload], threads: int) -> Limits | None:
    """Compile and run `peak.cpp`; None where no C++ compiler is found, or it fails."""
    named = os.environ.get("CXX", "")
    compiler = next(filter(None, map(shutil.which, (named, "g++", "clang++", "c++"))), None)
    if compiler is None:
        return None
    sizes = sorted({workload.parameters for workload in workloads})
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "peak"
        flags = ["-std=c++17", "-O3", "-march=native", "-pthread"]
        try:
            subprocess.run(
                [compiler, *flags, str(_SOURCE), "-o", str(program)],
                check=True,
                capture_output=True,
            )
            printed = subprocess.run(
                [str(program), str(threads), *map(str, sizes)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        except (OSError, subprocess.CalledProcessError):
            return None
    first, *updates = (line.split() for line in printed.splitlines())
    return Limits(float(first[1]), {int(size): float(seconds) for _, size, seconds in updates})
