"""The innermost loop of the products is what it was written to be, as the compiler here makes it.

A broadcast that is an addition and a shuffle, or one accumulator that does not stay in its
register, halves the speed and changes no result: only the assembler shows it.
"""

import re
import subprocess
from pathlib import Path

import pytest
from benchmarks.kernels import FLAGS, engine_flags
from benchmarks.machine import MARCH, compiler

SOURCES = Path(__file__).parents[2] / "native" / "src"
PROGRAM = """
#include "gemm.hpp"
using namespace axone;
template void axone::multiply_tile<{type}, {lanes}, 2, {rows}, true>(
    const Product<{type}>&, const {type}*, {type}*);
template void axone::multiply_tile<{type}, {lanes}, 2, {rows}, false>(
    const Product<{type}>&, const {type}*, {type}*);
"""
TILES = [
    # Rows of the tallest tile: as many as registers hold, two vectors of each.
    ("avx2", "float", 8, 6),
    ("avx2", "double", 4, 6),
    ("avx512", "float", 16, 12),
    ("avx512", "double", 8, 12),
]


@pytest.fixture(scope="module")
def compile_to_assembler(tmp_path_factory):
    found = compiler()
    if found is None or not found.endswith(("g++", "clang++")):
        pytest.skip("there is no C++ compiler here whose assembler is known")
    version = subprocess.run([found, "-dumpmachine"], capture_output=True, text=True, check=True)
    if not version.stdout.startswith("x86_64"):
        pytest.skip("the instructions looked for are those of x86-64")

    def compiled(variant, program):
        source = tmp_path_factory.mktemp("tile") / "tile.cpp"
        source.write_text(program, encoding="utf-8")
        ran = subprocess.run(
            [found, *engine_flags(variant), "-S", "-o", "-", str(source)],
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout

    return compiled


def test_the_tile_is_compiled_as_the_engine_is():
    build = (SOURCES.parent / "CMakeLists.txt").read_text(encoding="utf-8")
    standard, *flags = FLAGS
    assert standard == "-std=gnu++20"
    assert "cxx_std_20" in build
    for flag in [*flags, *(flag for march in MARCH.values() for flag in march)]:
        assert flag in build


def innermost_loops(assembler):
    """Return the instructions of every loop that multiplies and holds no other loop."""
    lines = [line.split("#")[0].strip() for line in assembler.splitlines()]
    places = {line[:-1]: n for n, line in enumerate(lines) if line.endswith(":")}
    loops = []
    for n, line in enumerate(lines):
        jump = re.fullmatch(r"j\w+\s+(\.L\w+)", line)
        if jump and places.get(jump[1], n) < n:
            body = [each for each in lines[places[jump[1]] : n + 1] if not each.endswith(":")]
            if any(each.startswith("vfmadd") for each in body):
                loops.append((places[jump[1]], n, [each for each in body if each[:1] != "."]))
    return [
        body
        for start, end, body in loops
        if not any(start <= s and e <= end and (s, e) != (start, end) for s, e, _ in loops)
    ]


@pytest.mark.parametrize(("variant", "kind", "lanes", "rows"), TILES)
def test_a_tile_multiplies_loads_and_broadcasts_and_nothing_else(
    compile_to_assembler, variant, kind, lanes, rows
):
    program = PROGRAM.format(type=kind, lanes=lanes, rows=rows)
    loops = innermost_loops(compile_to_assembler(variant, program))
    assert len(loops) == 2
    for loop in loops:
        instructions = [line.split()[0] for line in loop]
        assert sum(name.startswith("vfmadd") for name in instructions) == 2 * rows, loop
        # Loads that broadcast, or a multiply-add that does so itself.
        broadcasts = [line for line in loop if "broadcast" in line or "{1to" in line]
        assert len(broadcasts) >= rows, loop
        assert not any("xmm" in line for line in broadcasts), loop
        added = [name for name in instructions if re.match(r"vadd[sp][sd]|vsub[sp][sd]", name)]
        assert added == [], loop
        spilt = [line for line in loop if re.search(r"\((%rsp|%rbp)[,)]", line)]
        assert spilt == [], loop


def test_the_check_sees_an_addition_and_a_spill(compile_to_assembler, tmp_path):
    """With the broadcast as it once was, 0 + x, every row has a scalar addition."""
    header = (SOURCES / "simd.hpp").read_text(encoding="utf-8")
    assert "return x - V{};" in header
    worse = header.replace("return x - V{};", "return V{} + x;")
    gemm = (SOURCES / "gemm.hpp").read_text(encoding="utf-8").replace('#include "simd.hpp"', worse)
    program = PROGRAM.format(type="float", lanes=8, rows=6).replace('#include "gemm.hpp"', gemm)
    loops = innermost_loops(compile_to_assembler("avx2", program))
    assert all(any(line.startswith("vadd") for line in loop) for loop in loops)
