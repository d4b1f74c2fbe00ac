"""Formulas in one variable, z: read, differentiated, simplified, written, evaluated, compiled.

A formula is a text such as ``a*z + b*tanh(z), a=1, b=0.5``. `parse` reads it without ever running
it, and refuses what is no formula with the place marked; what it means is a tree of small frozen
dataclasses (`expression`), which every other file of this room takes. The room knows nothing of
layers, nor of what a formula is used for.
"""

from axone.formula.derivative import derivative
from axone.formula.evaluation import evaluate
from axone.formula.expression import Constant, Expression, Number, Operation, Variable, Where
from axone.formula.parsing import Definition, parse
from axone.formula.program import Instruction, Program, program_of
from axone.formula.simplification import simplify
from axone.formula.writing import to_text

__all__ = [
    "Constant",
    "Definition",
    "Expression",
    "Instruction",
    "Number",
    "Operation",
    "Program",
    "Variable",
    "Where",
    "derivative",
    "evaluate",
    "parse",
    "program_of",
    "simplify",
    "to_text",
]
