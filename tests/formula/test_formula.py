"""Formulas: read, written, differentiated against PyTorch and differences, and refused."""

import math
import re
import sys
from contextlib import suppress
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.formula.trees import KINKED, SMOOTH, UNSURE, in_torch, trees

from axone.errors import FormulaError
from axone.formula import (
    Constant,
    Number,
    Operation,
    Variable,
    Where,
    derivative,
    evaluate,
    parse,
    program_of,
    simplify,
    to_text,
)
from axone.formula.expression import parts_of, walk

NAMES = ("a", "b")
STARTS = {"a": 0.7, "b": -1.3}
Z = np.linspace(-3.1, 3.3, 41)


def with_starts(text, tree):
    used = {part.name for part in walk(tree) if isinstance(part, Constant)}
    return ", ".join([text, *(f"{name}={STARTS[name]}" for name in NAMES if name in used)])


def levels(tree):
    return 1 + max(map(levels, parts_of(tree)), default=0)


@settings(max_examples=100)
@given(tree=trees(NAMES, (*SMOOTH, *KINKED, *UNSURE)))
def test_what_is_written_is_read_back_into_the_same_tree(tree):
    assume(Variable() in set(walk(tree)) and levels(tree) < 38)
    text = to_text(tree)
    assume(len(text) < 900)
    assert parse(with_starts(text, tree)).expression == tree


@settings(max_examples=120)
@given(tree=trees(NAMES))
def test_value_and_every_derivative_agree_with_pytorch(tree, torch):
    z = torch.tensor(Z, requires_grad=True)
    constants = {name: torch.tensor([x], dtype=z.dtype) for name, x in STARTS.items()}
    for constant in constants.values():
        constant.requires_grad_()
    wanted = in_torch(torch, tree, z, constants)
    size = wanted.detach().abs().numpy()
    assume(np.isfinite(size).all() and size.max() < 1e6)
    found = evaluate(tree, Z, STARTS)
    simplified = evaluate(simplify(tree), Z, STARTS)
    np.testing.assert_allclose(found, wanted.detach().numpy(), rtol=1e-9, atol=1e-9)
    # The sides of a comparison may be equal but for the rounding that simplifying changes.
    if any(isinstance(part, Where) for part in walk(tree)):
        assume(np.allclose(simplified, found, rtol=1e-7, atol=1e-7))
    np.testing.assert_allclose(simplified, found, rtol=1e-7, atol=1e-7)
    if not wanted.requires_grad:
        return
    inputs = [z, *constants.values()]
    weights = torch.tensor(np.random.default_rng(0).normal(size=Z.shape))
    slopes = torch.autograd.grad(wanted, inputs, weights, allow_unused=True, retain_graph=True)
    (of_z,) = torch.autograd.grad(wanted.sum(), [z], allow_unused=True)
    # At a kink each library has a rule of its own, and differences say where one is.
    nearby = [evaluate(tree, Z + step, STARTS) for step in (-1e-6, 1e-6)]
    by_differences = (nearby[1] - nearby[0]) / 2e-6
    by_z = evaluate(derivative(tree), Z, STARTS)
    theirs = np.zeros_like(Z) if of_z is None else of_z.numpy()
    smooth = np.abs(theirs - by_differences) <= 1e-3 * (1 + np.abs(theirs))
    assert np.isfinite(by_z[smooth]).all()
    np.testing.assert_allclose(by_z[smooth], theirs[smooth], rtol=1e-6, atol=1e-6)
    if not {"max", "min", "abs", "relu"} & {getattr(part, "name", "") for part in walk(tree)}:
        for name, theirs in zip(NAMES, slopes[1:], strict=True):
            ours = (weights.numpy() * evaluate(derivative(tree, Constant(name)), Z, STARTS)).sum()
            if theirs is not None and smooth.all():
                assert ours == pytest.approx(theirs.item(), rel=1e-6, abs=1e-6)


@given(tree=trees(NAMES))
def test_a_derivative_is_a_formula_that_can_be_read(tree):
    slope = derivative(tree)
    text = to_text(slope)
    assume(len(text) < 900 and levels(slope) < 38 and Variable() in set(walk(slope)))
    again = parse(with_starts(text, slope)).expression
    np.testing.assert_array_equal(evaluate(again, Z, STARTS), evaluate(slope, Z, STARTS))


@settings(max_examples=100)
@given(tree=trees(NAMES, (*SMOOTH, *KINKED, *UNSURE)))
def test_a_program_works_out_what_its_formulas_say(tree):
    value, slope = simplify(tree), derivative(tree)
    by_constants = [derivative(tree, Constant(name)) for name in NAMES]
    a = evaluate(value, Z, STARTS)
    for formulas, given_a in [([value], None), ([slope], value), ([slope, *by_constants], value)]:
        program = program_of(formulas, NAMES, given_a)
        found = carried_out(program, Z, a)
        for output, formula in zip(found, formulas, strict=True):
            wanted = evaluate(formula, Z, STARTS)
            # Where a comparison is of numbers that are equal but for rounding, either may be right.
            beside = [evaluate(formula, Z * (1 + step), STARTS) for step in (-1e-12, 1e-12)]
            clear = np.isclose(*beside, rtol=1e-7, atol=1e-7)
            both = np.isfinite(wanted) & (np.abs(wanted) < 1e8) & clear
            np.testing.assert_allclose(output[both], wanted[both], rtol=1e-6, atol=1e-6)


def carried_out(program, z, a):
    """Run a program as any engine would, an instruction after the other."""
    constants = [*STARTS.values(), *program.constants[len(STARTS) :]]
    registers = {0: z, 1: a}

    def held(operand):
        return registers[operand] if operand >= 0 else np.full_like(z, constants[-1 - operand])

    selections = {"greater": np.greater, "not_less": np.greater_equal, "equal": np.equal}
    own = {
        "add": lambda x, y: x + y,
        "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y,
        "divide": lambda x, y: x / y,
        "multiply_add": lambda x, y, w: x * y + w,
        "subtract_product": lambda x, y, w: w - x * y,
        "product_subtract": lambda x, y, w: x * y - w,
    }
    for operation, to, operands in program.instructions:
        given_operands = [held(operand) for operand in operands]
        with np.errstate(all="ignore"):
            if operation.startswith("select_"):
                x, y, then, otherwise = given_operands
                holds = selections[operation.removeprefix("select_")](x, y)
                registers[to] = np.where(holds, then, otherwise)
            elif operation in own:
                registers[to] = own[operation](*given_operands)
            else:  # a function, whose values the formula itself tells
                x, *others = given_operands
                of = [Variable(), *(Number(float(other[0])) for other in others)]
                if operation in ("max", "min"):
                    both = np.maximum if operation == "max" else np.minimum
                    registers[to] = both(x, others[0])
                elif operation == "power":
                    registers[to] = x ** others[0]
                else:
                    registers[to] = evaluate(Operation(operation, tuple(of)), x)
        assert to not in (0, 1)
        assert to < program.registers
    return [held(output) for output in program.outputs]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("sigmoid(z)", (0, 1)),
        ("1/(1 + exp(-z))", (0, 1)),
        ("1/(exp(-z) + 1)", (0, 1)),
        ("softplus(z)", (0, 1e4)),
        ("log(1 + exp(z))", (0, 1e4)),
        ("log1p(exp(z))", (0, 1e4)),
        ("z/(1 + exp(-z))", (0, 1e4)),
        ("0.5*z*(1 + tanh(z))", (0, 1e4)),
        ("tanh(z)", (-1, 1)),
        ("expm1(min(z, 0))", (-1, 0)),
        ("z*tanh(softplus(z))", (0, 1e4)),
        ("where(z > 0, log(z), 0)", (0, math.log(1e4))),
        ("where(z > 0, sqrt(z), 0*z)", (0, 100)),
        ("clip(z, -2, 3)", (-2, 3)),
    ],
)
def test_far_from_zero_values_and_slopes_are_finite_without_a_warning(text, limits, dtype):
    z = np.array([-1e4, 1e4], dtype)
    tree = parse(text).expression
    value, slope = evaluate(simplify(tree), z), evaluate(derivative(tree), z)
    assert value.dtype == slope.dtype == dtype
    np.testing.assert_allclose(value, limits, rtol=1e-6, atol=1e-30)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("relu(z)", 0),
        ("max(0, z)", 0),
        ("max(z, 0)", 0),
        ("min(0, z)", 0),
        ("abs(z)", 0),
        ("max(z, 0.1*z)", 0.1),
        ("max(0.1*z, z)", 1),
        ("where(z > 0, z, 0.1*z)", 0.1),
        ("where(z >= 0, z, 0.1*z)", 1),
        ("clip(z, 0, 1)", 0),
        ("clip(z, -1, 0)", 0),
        ("where(z != 0, log(abs(z)), 7)", 0),
        ("sqrt(relu(z))", 0),
        ("relu(z)**0.5", 0),
        ("relu(z)**0.7", 0),
        ("log(relu(z))", 0),
        ("relu(log(z))", 0),
        ("sqrt(abs(z))", 0),
        ("sqrt(clip(z, 0, 1))", 0),
        ("sqrt(where(z > 0, z, 0))", 0),
    ],
)
def test_the_slopes_at_kinks_are_the_agreed_ones(text, slope):
    assert evaluate(derivative(parse(text).expression), np.zeros(1)) == slope


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("0*exp(z) + z*1", "z"),
        ("2*3*z*4", "24 * z"),
        ("z - z + z", "z"),
        ("z*z*z", "z**3"),
        ("z + -2*z**2", "z - 2 * z**2"),
        ("--z", "z"),
        ("sqrt(4)*z", "2 * z"),
        ("z**0.5", "sqrt(z)"),
        ("max(0, z)", "relu(z)"),
        ("where(z > 0, z, z)", "z"),
        ("log(-1)*z", "log(-1) * z"),
        ("1e30*1e30*z", "1e+30 * (1e+30 * z)"),
    ],
)
def test_what_can_be_worked_out_is(text, shorter):
    assert to_text(simplify(parse(text).expression)) == shorter


def test_signs_of_books_are_read_too():
    assert parse("2·z − 3×z").expression == parse("2*z - 3*z").expression
    assert parse("z *\n\tpi").expression == Operation("*", (Variable(), Number(math.pi)))


HOSTILE = {
    "__import__('os').system('ls')": (11, "no formula holds this character"),
    "z.__class__": (0, "no formula holds this"),
    "exp.__globals__(z)": (0, "no formula holds this"),
    "open(z)": (0, "there is no function 'open'; there are abs"),
    "z if z > 0 else 1": (0, "no formula holds this"),
    "z > 0": (0, "comparisons stand within"),
    "(lambda: z)()": (7, "no formula holds this character"),
    "[z for z in z]": (0, "no formula holds this character"),
    "(z for z in z)": (0, "no formula holds this"),
    "f'{z}'": (1, "no formula holds this character"),
    "z\x00": (1, "no formula holds this character"),
    "z # comment": (2, "no formula holds this character"),
    "z\u202e": (1, "no formula holds this character"),
    "ｚ": (0, "no formula holds this character"),
    "z and z": (0, "no formula holds this"),
    "not z": (0, "no formula holds this"),
    "z // 2": (0, "no formula holds this"),
    "*z": (0, "no formula holds this"),
    "**z": (0, "there is no formula"),
    "z)": (1, "no bracket was opened"),
    "z) + (z": (1, "no bracket was opened"),
    "(z": (0, "this bracket is never closed"),
    "z*": (2, "this is not how"),
    "2z": (1, "this is not how"),
    "1or z": (1, "this is not how"),
    "0x10*z": (1, "this is not how"),
    "1_000*z": (1, "this is not how"),
    "1e5e*z": (3, "this is not how"),
    "": (0, "there is no formula"),
    "z, z": (3, "one formula is enough"),
    "3": (0, "it does not depend on z"),
    "exp(y)": (4, "'y' is neither z nor a constant"),
    "exp": (0, "exp is a function: write exp"),
    "exp(z, z)": (0, "exp takes 1"),
    "max(z)": (0, "max takes 2"),
    "exp(x=z)": (0, "no formula holds this"),
    "where(z, 1, 2)": (6, "begins with one comparison"),
    "where(0 < z < 1, 1, 2)": (6, "begins with one comparison"),
    "9**9**9*z": (3, "an exponent is a number from −64 to 64"),
    "z**1000": (3, "an exponent is a number"),
    "z**z": (3, "an exponent is a number"),
    "1e400*z": (0, r"numbers are at most 1e\+30"),
    "9" * 900 + "*z": (0, r"numbers are at most 1e\+30"),
    "1j*z": (1, "this is not how"),
    "True*z": (0, "no formula holds this"),
    "...*z": (0, "no formula holds this"),
    "a*z, a=z": (7, "starts from a number"),
    "a*z, a=2*3": (7, "starts from a number"),
    "z, a=1": (3, "has no 'a': leave it out"),
    "a*z, a=1, a=2": (10, "'a' starts twice"),
    "weight*z, weight=1": (10, "has its meaning already"),
    "z, z=1": (3, "has its meaning already"),
    "a=1": (0, "there is no formula"),
    "(" * 10**6: (1000, "it has 1000000 characters, and at most 1000"),
    "(" * 400 + "z" + ")" * 400: (40, "too deeply nested"),
    "-" * 900 + "z": (40, "too deeply nested"),
    "+".join(["z"] * 400): (0, "too deeply nested"),
    "max(" * 30 + "z" + ", z)" * 30 + "+ 1" * 200: (0, "too deeply nested"),
    ",".join(["z"] + [f"a{n}=1" for n in range(17)]): (None, "at most 16 constants"),
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_what_is_no_formula_is_refused_with_its_place_marked(text):
    place, problem = HOSTILE[text]
    with pytest.raises(FormulaError, match=problem) as caught:
        parse(text)
    said, line, mark = str(caught.value).split("\n")
    assert said.startswith("no formula: ")
    assert mark.strip() == "^"
    assert all(len(shown) <= 80 for shown in (line, mark))
    assert line.isprintable()
    if place is not None and place < 36 and problem != "too deeply nested":
        assert mark.index("^") == 4 + place
    if place is not None and len(text) < 60 and place < len(text):
        assert line[4:] == re.sub("[^ -~]", "?", text)[: place + 36]


PIECES = st.one_of(
    st.sampled_from(
        ["z", "a", "exp(", "where(", "max(", "**", "<", ">=", "1e9", "2", ".5", ", a=1"]
    ),
    st.sampled_from(list("+-*/()<>=!,.·_ \n#'[]{}:;@\\0eZé")),
    st.text(max_size=3),
)


@settings(max_examples=150)
@given(text=st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_a_formula_or_refused_as_none(text):
    with suppress(FormulaError):
        found = parse(text)
        assert Variable() in set(walk(found.expression))
        evaluate(derivative(found.expression), Z, found.constants)


def test_numbers_and_names_may_hold_letters_and_digits():
    text = "1e-3*z + 1.5E2*a1*z + .5*b_2, a1=1, b_2=2e3"
    assert dict(parse(text).constants) == {"a1": 1, "b_2": 2000}


def test_a_formula_of_many_parts_is_refused():
    sides = "+".join(["z"] * 30)
    with pytest.raises(FormulaError, match="too many parts"):
        parse(f"({sides})*({sides})*({sides})*({sides})*({sides})")


def test_the_largest_formulas_are_differentiated_within_pythons_recursion():
    nested = "tanh(" * 38 + "z" + ")" * 38
    product = "*".join(f"(z+{n})" for n in range(35))
    for text in (nested, product):
        tree = parse(text).expression
        slope = derivative(tree)
        assert np.isfinite(evaluate(slope, np.array([0.1]))).all()
        program = program_of([slope], (), simplify(tree))
        assert len(program.instructions) < sys.getrecursionlimit()


def test_kinks_within_kinks_are_differentiated_as_fast_as_anything():
    nested = "abs(relu(" * 19 + "z" + "))" * 19
    slope = derivative(parse(nested).expression)
    assert evaluate(slope, np.array([-1.0, 2.0])).tolist() == [0, 1]
    assert sum(1 for _ in walk(slope)) < 5000


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("exponent", [2, 3, 13, 64, -1, -3, 0.5, 1.7, -2.5])
def test_powers_are_numpys(exponent, dtype):
    z = np.linspace(0.3, 2.9, 200).astype(dtype)
    if float(exponent).is_integer():
        z = np.concatenate([-z, z])
    found = evaluate(parse(f"z**{exponent}").expression, z)
    wanted = np.power(z.astype(np.float64), exponent)
    assert found.dtype == dtype
    # Of 64 factors by squares the roundings add up to a few dozen.
    np.testing.assert_allclose(found, wanted, rtol=64 * np.finfo(dtype).eps)


def test_a_divisor_becomes_a_factor_only_if_every_precision_holds_it():
    def of(text):
        return [step.operation for step in program_of([parse(text).expression]).instructions]

    assert of("z/3") == of("z/1e30") == of("z/-1e-38") == ["multiply"]
    assert of("z/1e-39") == of("z/1e-310") == of("z/0") == ["divide"]


def test_trees_do_not_change():
    with pytest.raises(FrozenInstanceError):
        parse("2*z").expression.name = "+"
    with pytest.raises(TypeError):
        parse("a*z, a=1").constants["a"] = 2


def test_arguments_are_left_as_they_are():
    z = np.array([1.0, 2.0])
    found = evaluate(parse("z + 0").expression, z)
    found[0] = 7
    assert z[0] == 1
    identity = evaluate(simplify(parse("z + 0").expression), z)
    identity[0] = 7
    assert z[0] == 1
