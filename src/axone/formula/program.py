"""Formulas as straight-line programs: a row of instructions on registers, for a compiled engine.

A register holds as many cells as the engine takes at a time; an instruction goes over all of them.
What stands in several places of the formulas is worked out once (value numbering), products and
sums become one instruction where a product is wanted for one sum only, and whole powers become
products. A program may start from what is known already: the derivative from a = σ(z).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from axone.formula.expression import Constant, Expression, Number, Operation, Variable, Where
from axone.formula.powers import by_squares

Z_REGISTER, A_REGISTER = 0, 1
"""Where z is before a program runs, and a = σ(z), for one that starts from it."""

_FIRST_FREE = 2

_SELECTIONS = {
    ">": ("select_greater", False, False),
    "<": ("select_greater", True, False),
    ">=": ("select_not_less", False, False),
    "<=": ("select_not_less", True, False),
    "==": ("select_equal", False, False),
    "!=": ("select_equal", False, True),
}
"""The instruction of a comparison, whether its sides are swapped for it, and its branches."""

_COMMUTATIVE = ("add", "multiply")

_LARGEST_FACTOR = float(np.finfo(np.float32).max)
"""By which a program of any precision may multiply; it is not known which one will be run."""

_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


class Instruction(NamedTuple):
    """One step: an operation on every cell.

    Attributes
    ----------
    operation : str
        Such as "add", "multiply_add" (x·y + w), "subtract_product" (w − x·y, operands in the order
        x, y, w), "select_greater" (x > y ? u : v) or a function's name.
    to : int
        The register that takes what comes out; it may be one of the operands.
    operands : tuple of int
        Registers, from 0 on; or constants, from −1 down: −1 is the first one.
    """

    operation: str
    to: int
    operands: tuple[int, ...]


class Program(NamedTuple):
    """What `program_of` makes.

    Attributes
    ----------
    instructions : tuple of Instruction
    outputs : tuple of int
        Operands that hold the formulas' values at the end: registers or constants.
    constants : tuple of float
        Those that are learnt come first, in their order, with 0 in their places.
    registers : int
        How many are used; 0 is z, 1 is a.
    """

    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]
    constants: tuple[float, ...]
    registers: int


def program_of(
    formulas: Sequence[Expression], learned: Sequence[str] = (), a: Expression | None = None
) -> Program:
    """Turn formulas into one program, which works all of them out.

    Parameters
    ----------
    formulas : sequence of Expression
        Simplified.
    learned : sequence of str, optional
        The constants that training learns, in the order in which the engine will give them.
    a : Expression, optional
        What register 1 holds when the program starts.

    Returns
    -------
    Program

    Examples
    --------
    >>> from axone.formula import parse, program_of
    >>> program_of([parse("z * sigmoid(1.5*z)").expression]).instructions[-1]
    Instruction(operation='multiply', to=2, operands=(0, 2))
    """
    values = _Values(learned)
    if a is not None:
        values.give(values.of(a), A_REGISTER)
    wanted = [values.of(formula) for formula in formulas]
    return values.program(wanted)


class _Values:
    """Every value that is worked out, by a number; the same value has the same number."""

    def __init__(self, learned: Sequence[str]) -> None:
        self._constants: list[float] = [0.0] * len(learned)
        self._learned = {name: -1 - n for n, name in enumerate(learned)}
        self._steps: list[tuple[str, tuple[int, ...]]] = [("", ()), ("", ())]  # z, a
        self._numbers: dict[tuple[str, tuple[int, ...]], int] = {}
        self._of_numbers: dict[float, int] = {}
        self._given: dict[int, int] = {}

    def give(self, value: int, register: int) -> None:
        """Say that a value is in a register already."""
        if value >= _FIRST_FREE:
            self._given[value] = register

    def of(self, expression: Expression) -> int:
        """Return the number of an expression's value; constants have numbers below 0."""
        match expression:
            case Variable():
                return Z_REGISTER
            case Number(value):
                return self._number(value)
            case Constant(name):
                return self._learned[name]
            case Where(comparison, left, right, then, otherwise):
                name, swaps_sides, swaps_branches = _SELECTIONS[comparison]
                sides, branches = [left, right], [then, otherwise]
                if swaps_sides:
                    sides.reverse()
                if swaps_branches:
                    branches.reverse()
                return self._step(name, *map(self.of, (*sides, *branches)))
            case Operation("**", (base, Number(exponent))):
                return self._power(self.of(base), exponent)
            case Operation("*", (Number(-1.0), x)):
                return self._step("subtract", self._number(0.0), self.of(x))
            case Operation("/", (x, Number(y))) if abs(y) * _LARGEST_FACTOR >= 1:
                return self._step("multiply", self.of(x), self._number(1 / y))
            case Operation(name, arguments):
                return self._step(_NAMES.get(name, name), *map(self.of, arguments))

    def program(self, wanted: Sequence[int]) -> Program:
        """Return the instructions that lead to the wanted values."""
        needed = self._needed(wanted)
        steps = self._fused(needed, wanted)
        last_use = {value: at for at, (_, _, operands) in enumerate(steps) for value in operands}
        last_use |= dict.fromkeys(wanted, len(steps))
        register = {Z_REGISTER: Z_REGISTER, **self._given}
        free: list[int] = []
        count = _FIRST_FREE
        instructions = []
        for at, (name, value, operands) in enumerate(steps):
            read = tuple(register[x] if x >= 0 else x for x in operands)
            done = {register[x] for x in operands if x >= 0 and last_use[x] == at}
            free += sorted(done - {Z_REGISTER, A_REGISTER}, reverse=True)
            if not free:
                free.append(count)
                count += 1
            register[value] = free.pop()
            instructions.append(Instruction(name, register[value], read))
        outputs = tuple(register[value] if value >= 0 else value for value in wanted)
        return Program(tuple(instructions), outputs, tuple(self._constants), count)

    def _number(self, value: float) -> int:
        if value not in self._of_numbers:
            self._constants.append(value)
            self._of_numbers[value] = -len(self._constants)
        return self._of_numbers[value]

    def _step(self, name: str, *operands: int) -> int:
        if name in _COMMUTATIVE:
            operands = tuple(sorted(operands))
        step = name, operands
        if step not in self._numbers:
            self._numbers[step] = len(self._steps)
            self._steps.append(step)
        return self._numbers[step]

    def _power(self, base: int, exponent: float) -> int:
        if not exponent.is_integer():
            return self._step("power", base, self._number(exponent))
        if exponent < 0:
            return self._step("divide", self._number(1.0), self._power(base, -exponent))
        if exponent == 0:
            return self._number(1.0)
        return by_squares(base, int(exponent), partial(self._step, "multiply"))

    def _needed(self, wanted: Sequence[int]) -> list[int]:
        """Return the values that are to be worked out, each behind what it is made of."""
        found: set[int] = set()
        left = list(wanted)
        while left:
            value = left.pop()
            if value >= _FIRST_FREE and value not in found and value not in self._given:
                found.add(value)
                left += self._steps[value][1]
        return sorted(found)

    def _fused(
        self, needed: Sequence[int], wanted: Sequence[int]
    ) -> list[tuple[str, int, tuple[int, ...]]]:
        """Join products to the sums that alone want them; a step is its name, value, operands."""
        uses = Counter(x for value in needed for x in self._steps[value][1])
        uses.update(wanted)
        mergeable = {
            value for value in needed if self._steps[value][0] == "multiply" and uses[value] == 1
        }
        taken: set[int] = set()
        steps: list[tuple[str, int, tuple[int, ...]]] = []
        for value in needed:
            name, operands = self._steps[value]
            fused = _FUSED.get(name, ())
            for place, joined in fused:
                product = operands[place]
                if product in mergeable:
                    taken.add(product)
                    name = joined
                    operands = (*self._steps[product][1], operands[1 - place])
                    break
            steps.append((name, value, operands))
        return [step for step in steps if step[1] not in taken]


_FUSED: Mapping[str, tuple[tuple[int, str], ...]] = {
    "add": ((0, "multiply_add"), (1, "multiply_add")),
    "subtract": ((1, "subtract_product"), (0, "product_subtract")),
}
"""Which operand may be a product, and what the two are then."""
