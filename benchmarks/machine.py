"""The machine that is measured: its name, its libraries, and fresh processes confined to its cores.

Everything that is timed runs in a process of its own, because thread pools are sized when a library
is first imported and cannot be trusted to shrink afterwards.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
"""Where `benchmarks` is a package."""

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "jax")


HELD_BACK = {
    "avx2": {
        "OPENBLAS_CORETYPE": "Haswell",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }
}
"""What keeps the libraries to the instructions of a variant on a machine that has more: they run as
they would where Axone runs that variant because there is nothing better."""

XLA_BY_ITSELF = "--xla_cpu_experimental_ynn_fusion_type="
"""Keeps JAX's large products from YNNPACK, which asks the processor and not the flags which
instructions there are."""

MARCH = {
    "avx512": ("-march=x86-64-v4", "-mprefer-vector-width=512"),
    "avx2": ("-march=x86-64-v3",),
    "baseline": (),
}
"""What programs of a variant are compiled with, as `native/CMakeLists.txt` has it."""


def march_flags(variant: str) -> tuple[str, ...]:
    """Return how compilers are told the instructions of a variant; of none, this machine's."""
    return MARCH.get(variant, ("-march=native",))


def variants() -> tuple[str, ...]:
    """Return what is measured here: this machine's vectors, and AVX2, which most machines have."""
    from axone.engines.native.variants import supported_variants

    able = supported_variants()
    return tuple(name for name in able if name != "baseline") or able


def is_held_back(variant: str) -> bool:
    """Say whether this machine has more instructions than those of the variant."""
    return variant == "avx2" and "avx512" in variants()


def compiler() -> str | None:
    """Return the C++ compiler: `$CXX`, else one of the usual names; None without any."""
    names = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def run_confined(module: str, arguments: list[str], threads: int, variant: str = "") -> Any:
    """Run a module of this package in a fresh process and return the JSON that it prints last.

    Parameters
    ----------
    module : str
        Such as "benchmarks.rounds".
    arguments : list of str
    threads : int
        Cores it may use, and threads its libraries are told to start.
    variant : str, optional
        The instructions that all libraries are kept to; by default each takes what it likes.

    Raises
    ------
    subprocess.CalledProcessError
        It failed; what it had to say is on stderr.
    """
    finished = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **_environment(threads, variant)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(finished.stdout.splitlines()[-1])


def _environment(threads: int, variant: str) -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    settings = dict.fromkeys(names, str(threads)) | {"JAX_PLATFORMS": "cpu"}
    held_back = HELD_BACK.get(variant, {})
    flags = [held_back.get("XLA_FLAGS", "")]
    if is_held_back(variant):
        flags.append(XLA_BY_ITSELF)
    if threads == 1:
        flags += ["--xla_cpu_multi_thread_eigen=false", "intra_op_parallelism_threads=1"]
    if variant:
        settings["AXONE_ISA"] = variant
    return settings | held_back | {"XLA_FLAGS": " ".join(filter(None, flags))}


def confine_to_cores(count: int) -> None:
    """Keep this process on its first cores, where the system can; to be called before imports."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def peak_memory() -> int:
    """Return the largest resident memory that this process has had, in bytes.

    On Linux it is never less than what the parent held when it started this process: the parent
    must stay small.
    """
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def processor_name() -> str:
    """Return what the processor calls itself."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the installed libraries that are compared."""
    found = {"Python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
