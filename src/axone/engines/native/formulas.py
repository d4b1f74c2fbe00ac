"""From a formula to the programs that the compiled module runs, described as it reads them."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from axone.activations import Formula

if TYPE_CHECKING:
    from axone.formula import Program


@lru_cache(maxsize=256)
def programs_of(function: Formula) -> Mapping[str, "Program"]:
    """Return what works out σ, and from z and a σ′ and the derivatives by what is learnt."""
    from axone.formula import program_of

    meaning, learned = function.meaning, tuple(function.learned)
    return MappingProxyType(
        {
            "value": program_of([meaning.value], learned),
            "slope": program_of([meaning.slope], learned, meaning.value),
            "by_constants": program_of(list(meaning.by_constants.values()), learned, meaning.value),
        }
    )


def described_programs(function: Formula, programs: Mapping[str, "Program"]) -> dict[str, Any]:
    """Describe the programs of a formula, and how many constants it learns."""
    described = {name: _described(program) for name, program in programs.items()}
    return {"learned": len(function.learned), **described}


def _described(program: "Program") -> dict[str, Any]:
    return {
        "constants": [{"value": value} for value in program.constants],
        "instructions": [
            {
                "operation": instruction.operation,
                "to": instruction.to,
                "operands": [{"at": place} for place in instruction.operands],
            }
            for instruction in program.instructions
        ],
        "outputs": [{"at": place} for place in program.outputs],
    }
