"""What no program can beat on this machine: multiply-adds at full rate, then Adam's memory traffic.

`peak.cpp` is compiled when it is needed; where there is no compiler there are no limits.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.machine import compiler, march_flags

_SOURCE = Path(__file__).with_name("peak.cpp")


class Step(Protocol):
    """What a step of training takes at least."""

    @property
    def flops(self) -> int:
        """Floating-point operations of its products."""

    @property
    def parameters(self) -> int:
        """Numbers that it moves."""


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

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "Limits | None":
        """Return limits that have been through JSON, which knows no integer keys."""
        if data is None:
            return None
        updates = {int(size): seconds for size, seconds in data["update_seconds"].items()}
        return cls(data["flops_per_second"], updates)

    def step_seconds(self, step: Step) -> float:
        """Return the least time of a step: its operations, then the update of its parameters."""
        return step.flops / self.flops_per_second + self.update_seconds[step.parameters]


def measure_limits(steps: Iterable[Step], threads: int, variant: str = "") -> Limits | None:
    """Compile `peak.cpp` for a variant and run it; None without a compiler, or where it fails."""
    sizes = sorted({step.parameters for step in steps})
    flags = ["-std=c++17", "-O3", *march_flags(variant)]
    lines = printed_by(_SOURCE, flags, [str(threads), *map(str, sizes)])
    if lines is None:
        return None
    first, *updates = (line.split() for line in lines)
    return Limits(float(first[1]), {int(size): float(seconds) for _, size, seconds in updates})


def printed_by(source: Path, flags: Sequence[str], arguments: Sequence[str]) -> list[str] | None:
    """Compile a program, run it and return what it prints; None where either is not possible."""
    found = compiler()
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / source.stem
        build = [found, *flags, "-pthread", str(source), "-o", str(program)]
        try:
            subprocess.run(build, check=True, capture_output=True)
            ran = subprocess.run(
                [str(program), *arguments], check=True, capture_output=True, text=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
    return ran.stdout.splitlines()
