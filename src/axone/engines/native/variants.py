"""Which compiled variant this machine can run, and loading it.

`AXONE_ISA` forces one (avx512, avx2, baseline), for tests and for comparisons.
"""

import importlib
import os
import platform
from functools import cache
from types import ModuleType

from axone.errors import ConfigurationError
from axone.messages import _, listed

VARIANTS = ("avx512", "avx2", "baseline")
"""From the fastest to the one that runs everywhere."""


class NotBuiltError(ConfigurationError):
    """No compiled module is installed, or none that this machine can run."""


@cache
def load_variant() -> ModuleType:
    """Load the compiled module for this processor.

    Raises
    ------
    NotBuiltError
        Nothing was compiled when Axone was installed.
    ConfigurationError
        `AXONE_ISA` names a variant that does not exist or that this processor cannot run.
    """
    forced = os.environ.get("AXONE_ISA", "")
    if forced and forced not in VARIANTS:
        raise ConfigurationError(
            _(
                "AXONE_ISA must be one of {variants}; found {found!r}.",
                variants=listed(VARIANTS),
                found=forced,
            )
        )
    able = supported_variants()
    if forced and forced not in able:
        raise ConfigurationError(
            _(
                "AXONE_ISA asks for {asked}, but this processor runs only {able}.",
                asked=forced,
                able=listed(able),
            )
        )
    for variant in (forced,) if forced else able:
        try:
            return importlib.import_module(f"axone.engines.native._native_{variant}")
        except ImportError:
            continue
    raise NotBuiltError(
        _(
            "The compiled engine is not installed: Axone was installed without a C++ "
            "compiler, or for another Python. Install it again with a compiler, or "
            "use engine = 'reference'."
        )
    )


def supported_variants() -> tuple[str, ...]:
    """Return the variants that this processor can run, the fastest first."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ("baseline",)
    features = _processor_features()
    return tuple(name for name in VARIANTS if _NEEDS[name] <= features)


_NEEDS: dict[str, set[str]] = {
    # The levels v4 and v3 of the x86-64 psABI, by the names that NumPy gives their parts.
    "avx512": {"AVX512F", "AVX512CD", "AVX512BW", "AVX512DQ", "AVX512VL", "AVX2", "FMA3"},
    "avx2": {"AVX2", "FMA3", "F16C"},
    "baseline": set(),
}


def _processor_features() -> set[str]:
    """Return what the processor offers, as NumPy found it out when it was imported."""
    from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

    return {name for name, found in __cpu_features__.items() if found}
