"""What every room's tests share: hypothesis settled once, and gradients by finite differences.

The differences are the fourth-order central ones, whose error in float64 is far below the 1e-7 that
gradient checks ask for, so that no tolerance has to be loosened.
"""

import ast
import math
import operator
import os
import re
import time

import numpy as np
import pytest
from hypothesis import settings

from axone.experiments import drawing

settings.register_profile("axone", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("axone")

os.environ["AXONE_LANG"] = "en"  # the tests read English, whatever the machine speaks


@pytest.fixture(scope="session", autouse=True)
def _in_one_process():
    """Draw what a command leaves to a second process at once: it is there when the test looks."""
    with pytest.MonkeyPatch.context() as patch:
        draw = "draw_by_another_process"
        patch.setattr(drawing, draw, lambda *run: drawing.draw_at_once(*run))  # noqa: PLW0108
        # Each picture once is enough for most; `dark_pictures` has both.
        patch.setattr(drawing, "draw_dark", lambda *_run: None)
        yield


@pytest.fixture
def before_long():
    """Hold a test to twenty seconds of its own thread: what is to be told from it takes minutes.

    It measures nothing. Bounds of half a second to two failed on slow machines under coverage.
    """
    started = time.thread_time()
    yield
    assert time.thread_time() - started < 20


@pytest.fixture
def dark_pictures(monkeypatch):
    """Draw the pictures of a run on dark ground, too, as it is for people."""
    monkeypatch.setattr(drawing, "draw_dark", DRAW_DARK)


DRAW_DARK = drawing.draw_dark

STEP = 2e-4
"""Inputs must lie further than 2·STEP times the slope from any kink of the function."""


def slope_at_zero(values_at):
    """The derivative at 0 of a function of one number."""
    far_below, below, above, far_above = (values_at(steps * STEP) for steps in (-2, -1, 1, 2))
    return (8 * (above - below) - (far_above - far_below)) / (12 * STEP)


@pytest.fixture(scope="session")
def numeric_gradient():
    """∂f/∂array for a scalar f that reads `array`, which is changed in place and put back."""

    def gradient(f, array):
        slopes = np.empty(array.shape)
        for index in np.ndindex(array.shape):
            middle = array[index]

            def moved(distance, index=index, middle=middle):
                array[index] = middle + distance
                return f()

            slopes[index] = slope_at_zero(moved)
            array[index] = middle
        return slopes

    return gradient


@pytest.fixture(scope="session")
def numeric_slopes():
    """Slopes of a scalar f along directions of length 1 in `array`, put back likewise."""

    def slopes(f, array, directions):
        middle = array.copy()

        def along(direction):
            def moved(distance):
                array[...] = middle + distance * direction
                return f()

            return slope_at_zero(moved)

        found = np.array([along(direction) for direction in directions])
        array[...] = middle
        return found

    return slopes


@pytest.fixture(scope="session")
def relative_error():
    """‖a − b‖/(‖a‖ + ‖b‖), and 0 for two arrays of zeros."""

    def error(a, b):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape
        size = np.linalg.norm(a) + np.linalg.norm(b)
        return float(np.linalg.norm(a - b) / size) if size else 0.0

    return error


@pytest.fixture(scope="session")
def away_from_zero():
    """Numbers of either sign between 0.1 and 2.5 in size, where no activation has a kink."""

    def numbers(shape, seed):
        random = np.random.default_rng(seed)
        return random.uniform(0.1, 2.5, shape) * random.choice([-1.0, 1.0], shape)

    return numbers


@pytest.fixture(scope="session")
def torch():
    """PyTorch, the oracle of functions, optimisers and schedules, where it is installed."""
    return pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `peers`")


FUNCTIONS = {
    "max": lambda *x: max(x),
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "sign": lambda x: float(np.sign(x)),
    "heaviside": lambda x: float(x > 0),
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "Phi": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
SPELLINGS = [
    (r"\[[\d,]+ more: ([^\]]+)\]", r"(\1)"),
    (r"\|([^|]*)\|", r"abs(\1)"),
    ("e\\^", "exp"),
    ("−", "-"),
    ("·", "*"),
    ("²", "**2"),
    ("\\^", "**"),
    ("√", "sqrt"),
    ("σ", "sigma"),
    ("Φ", "Phi"),
    ("▸", ""),
]


@pytest.fixture(scope="session")
def by_hand():
    """What a line such as ``0.2·2 − 0.5·(−3) + 0.1`` comes to, to whoever reads it."""

    def value(node):
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](value(node.operand))
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Call)
        return FUNCTIONS[node.func.id](*map(value, node.args))

    def calculator(line):
        for spelling, ours in SPELLINGS:
            line = re.sub(spelling, ours, line)
        return value(ast.parse(line.strip(), mode="eval"))

    return calculator
