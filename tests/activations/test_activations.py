"""Activations against PyTorch's, finite differences, and the extremes of floating point."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NAMED_ACTIVATIONS

from axone.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    ActivationFunction,
    LeakyReLU,
    PReLU,
    PythonFunction,
    ReLU,
    Sigmoid,
    Softmax,
)
from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.explanation.numerals import written

TORCH = {
    "identity": lambda f, z: z * 1,
    "sigmoid": lambda f, z: z.sigmoid(),
    "tanh": lambda f, z: z.tanh(),
    "relu": lambda f, z: f.relu(z),
    "leaky_relu": lambda f, z: f.leaky_relu(z, 0.01),
    "prelu": lambda f, z: f.prelu(z, z.new_tensor([0.25])),
    "elu": lambda f, z: f.elu(z),
    "selu": lambda f, z: f.selu(z),
    "gelu": lambda f, z: f.gelu(z),
    "gelu_tanh": lambda f, z: f.gelu(z, approximate="tanh"),
    "swish": lambda f, z: f.silu(z),
    "softplus": lambda f, z: f.softplus(z, threshold=1e6),
    "exponential": lambda f, z: z.exp(),
    "softmax": lambda f, z: f.softmax(z, dim=1),
}
"""The same functions by another hand; `f` is torch.nn.functional."""


@pytest.mark.parametrize("name", [name for name in NAMED_ACTIVATIONS if name != "heaviside"])
def test_value_and_gradient_agree_with_pytorch(name, torch):
    random = np.random.default_rng(1)
    z = np.concatenate([random.normal(scale=3, size=(6, 5)), random.normal(size=(3, 5)) * 15])
    weights = random.normal(size=z.shape)
    theirs = torch.tensor(z, requires_grad=True)
    value = TORCH[name](torch.nn.functional, theirs)
    (value * torch.tensor(weights)).sum().backward()
    function = ACTIVATIONS.resolve(name)
    a = function.value(z)
    np.testing.assert_allclose(a, value.detach().numpy(), rtol=1e-12, atol=1e-14)
    ours = function.backward(z, a, weights)
    np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
@given(
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_gradient_in_the_table_agrees_with_differences(
    name, rows, columns, seed, numeric_gradient, relative_error, away_from_zero
):
    function = ACTIVATIONS.resolve(name)
    z = away_from_zero((rows, columns), seed)
    weights = away_from_zero(z.shape, seed + 1)
    analytic = function.backward(z, function.value(z), weights)
    numeric = numeric_gradient(lambda: float((weights * function.value(z)).sum()), z)
    if columns == 1 and name == "softmax":
        np.testing.assert_allclose([analytic, numeric], 0, atol=1e-10)
    else:
        assert relative_error(analytic, numeric) <= 1e-7


@pytest.mark.parametrize("name", [name for name in NAMED_ACTIVATIONS if name != "softmax"])
def test_a_cellwise_derivative_is_the_gradient_of_a_sum(name, away_from_zero):
    function, z = ACTIVATIONS.resolve(name), away_from_zero((4, 3), 2)
    a = function.value(z)
    np.testing.assert_array_equal(
        function.derivative(z, a), function.backward(z, a, np.ones_like(z))
    )


@given(
    settings=st.sampled_from([("leaky_relu", "alpha"), ("prelu", "alpha"), ("elu", "alpha")]),
    alpha=st.floats(-2, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_gradients_with_other_slopes_agree_with_differences(
    settings, alpha, seed, numeric_gradient, relative_error, away_from_zero
):
    name, setting = settings
    function = ACTIVATIONS.resolve({"name": name, setting: alpha})
    z = away_from_zero((3, 3), seed)
    analytic = function.backward(z, function.value(z), np.ones_like(z))
    numeric = numeric_gradient(lambda: float(function.value(z).sum()), z)
    assert np.linalg.norm(analytic - numeric) <= 1e-7 * (1 + np.linalg.norm(analytic))
    assert relative_error(analytic[z > 0], numeric[z > 0]) <= 1e-7


@given(alpha=st.floats(0.05, 2), seed=st.integers(0, 2**32 - 1))
def test_the_learned_slope_of_prelu_has_the_right_gradient(
    alpha, seed, numeric_gradient, relative_error, away_from_zero
):
    z, weights = away_from_zero((4, 3), seed), away_from_zero((4, 3), seed + 1)
    slope = np.array([alpha])
    bound = PReLU().bind({"alpha": slope})
    numeric = numeric_gradient(lambda: float((weights * bound.value(z)).sum()), slope)
    analytic = bound.learned_gradients(z, weights)
    assert list(analytic) == list(PReLU().learned) == ["alpha"]
    if (z < 0).any():
        # Differences of a sum that cancels lose digits: the bound is that of its terms.
        size = np.abs(weights * np.minimum(z, 0)).sum()
        assert abs(analytic["alpha"] - numeric).item() <= 1e-10 * size
    else:
        assert relative_error(analytic["alpha"], [0.0]) == 0


@given(rows=st.integers(1, 4), classes=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_softmax_backward_is_the_product_with_its_jacobian(rows, classes, seed):
    random = np.random.default_rng(seed)
    z, da = random.normal(scale=3, size=(2, rows, classes))
    softmax = Softmax()
    a = softmax.value(z)
    jacobian = softmax.jacobian(a)
    assert jacobian.shape == (rows, classes, classes)
    np.testing.assert_allclose(jacobian.sum(axis=2), 0, atol=1e-15)
    np.testing.assert_allclose(
        softmax.backward(z, a, da), np.einsum("mi,mij->mj", da, jacobian), atol=1e-14
    )
    diagonal = np.diagonal(jacobian, axis1=1, axis2=2)
    np.testing.assert_allclose(softmax.derivative(z, a), diagonal, atol=1e-15)


def test_the_derivatives_at_zero_are_the_agreed_ones():
    zero = np.zeros((1, 1))
    at_zero = {
        name: float(function.derivative(zero, function.value(zero))[0, 0])
        for name, function in [
            ("relu", ReLU()),
            ("leaky_relu", LeakyReLU(0.3)),
            ("prelu", PReLU(0.2)),
            ("elu", ELU(0.7)),
            ("sigmoid", Sigmoid()),
            ("gelu", GELU()),
        ]
    }
    assert at_zero == {
        "relu": 0,
        "leaky_relu": 0.3,
        "prelu": 0.2,
        "elu": 0.7,
        "sigmoid": 0.25,
        "gelu": 0.5,
    }


@given(at_zero=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_heaviside_is_numpys_and_teaches_nothing(at_zero, seed):
    step = ACTIVATIONS.resolve({"name": "heaviside", "at_zero": at_zero})
    z = np.random.default_rng(seed).integers(-1, 2, size=(3, 4)).astype(float)
    np.testing.assert_array_equal(step.value(z), np.heaviside(z, at_zero))
    assert not step.derivative(z, step.value(z)).any()


def test_by_default_a_threshold_unit_fires_above_its_threshold_only():
    step, z = ACTIVATIONS.resolve("heaviside"), np.array([[-1.0, -0.0, 0.0, 5e-324, 2.0]])
    assert step.value(z).tolist() == [[0, 0, 0, 1, 1]]
    with pytest.raises(ConfigurationError, match="at_zero must be at least 0 and at most 1, not 2"):
        ACTIVATIONS.resolve({"name": "heaviside", "at_zero": 2})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_extreme_inputs_stay_finite_without_a_warning(name, dtype):
    function = ACTIVATIONS.resolve(name)
    z = np.array([[-1e4, 1e4, 0], [1e4, 1e4, -1e4], [-1e4, -1e4, -1e4]], dtype=dtype)
    a = function.value(z)
    for array in (a, function.derivative(z, a), function.backward(z, a, np.ones_like(z))):
        assert np.isfinite(array).all()
        assert array.dtype == dtype


def test_sigmoid_and_softplus_reach_their_limits():
    z = np.array([[-1e4, 1e4]])
    assert ACTIVATIONS.resolve("sigmoid").value(z).tolist() == [[0, 1]]
    assert ACTIVATIONS.resolve("softplus").value(z).tolist() == [[0, 1e4]]


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_float32_stays_float32_even_with_settings_of_numpy_types(name, away_from_zero):
    settings = dict.fromkeys((field.name for field in ACTIVATIONS.settings(name)), np.float64(0.3))
    function = ACTIVATIONS.resolve({"name": name, **settings})
    z = away_from_zero((3, 2), 0).astype(np.float32)
    a = function.value(z)
    dtypes = {array.dtype.name for array in (a, function.backward(z, a, z))}
    assert dtypes == {"float32"}


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_nothing_is_written_into_the_inputs(name, away_from_zero):
    function, z = ACTIVATIONS.resolve(name), away_from_zero((3, 2), 5)
    before, da = z.copy(), np.ones_like(z)
    a = function.value(z).copy()
    kept = a.copy()
    function.backward(z, a, da)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(a, kept)
    np.testing.assert_array_equal(da, 1)


@pytest.mark.parametrize(
    ("alias", "name"),
    [("Linear", "identity"), ("LOGISTIC", "sigmoid"), ("SiLU", "swish"), (" ReLU ", "relu")],
)
def test_names_have_aliases_and_no_case(alias, name):
    assert ACTIVATIONS.resolve(alias) == ACTIVATIONS.resolve(name)


def test_an_unknown_activation_is_refused_with_its_nearest_name():
    with pytest.raises(UnknownNameError, match=r"unknown activation 'rely'. Did you mean 'relu'"):
        ACTIVATIONS.resolve("rely")


@pytest.mark.parametrize("name", ["leaky_relu", "prelu", "elu"])
def test_slopes_that_are_no_finite_numbers_are_refused(name):
    with pytest.raises(ArgumentTypeError, match=f"'{name}': alpha must be a number, not '0.1'"):
        ACTIVATIONS.resolve({"name": name, "alpha": "0.1"})
    with pytest.raises(ConfigurationError, match="alpha must be finite, not nan"):
        ACTIVATIONS.resolve({"name": name, "alpha": float("nan")})


@pytest.mark.parametrize("name", [*NAMED_ACTIVATIONS, "z**2/(1 + abs(z)) - b*z, b=0.5"])
def test_what_a_function_writes_of_its_numbers_comes_to_them(name, by_hand):
    z = np.array([[-30.0, -2.5, -0.5, 0.0, 0.25, 1.5, 30.0], [60.0, -60, 1, 2, 3, 4, 5]])
    da = np.random.default_rng(0).normal(size=z.shape)
    function = ACTIVATIONS.resolve(name)
    a = function.value(z)
    slopes = function.backward(z, a, da)
    for index in np.ndindex(z.shape):
        line = written(function.working(z, index), 17)
        assert by_hand(line) == pytest.approx(a[index], rel=1e-9, abs=1e-12), line
        line = written(function.backward_working(z, a, da, index), 17)
        assert by_hand(line) == pytest.approx(slopes[index], rel=1e-9, abs=1e-12), line


CELL_BY_CELL = [
    *({"name": name} for name in NAMED_ACTIVATIONS if name != "softmax"),
    {"name": "heaviside", "at_zero": 0.5},
    {"name": "leaky_relu", "alpha": -0.3},
    {"name": "elu", "alpha": 0.7},
    {"name": "formula", "formula": "z**2/(2 + sin(z)) - tanh(3*z)"},
]


def with_numbers(equation, **numbers):
    """Put numbers in the places of the letters of an equation, and 1 or 0 for [what holds]."""
    for letter, number in {"π": np.pi, "α": 0.25, **numbers}.items():
        equation = re.sub(rf"(?<![a-z]){letter}(?![a-z])", f"({number:.17f})", equation)
    signs = {">": np.greater, "≤": np.less_equal, "=": np.equal}

    def holds(found):
        return str(int(signs[found[2]](float(found[1].strip("()")), 0)))

    # A sum's smaller half is written with min(…), which is −max(−…).
    equation = re.sub(r"min\(0, (\([^)]*\))\)", r"(−max(0, −\1))", equation)
    return re.sub(r"\[(\S+) ([>≤=]) 0\]", holds, equation.replace("⊙", "·").replace("³", "**3"))


@pytest.mark.parametrize(
    "settings", CELL_BY_CELL, ids=lambda settings: "-".join(map(str, settings.values()))
)
def test_the_equations_that_a_function_writes_come_to_its_numbers(settings, by_hand):
    z = np.array([[-3.0, -0.7, 0.0, 0.25, 2.5]])
    function = ACTIVATIONS.resolve(settings)
    a = function.value(z)
    delta = function.backward(z, a, np.full_like(z, 1.7))
    # SELU's two numbers are written with five digits.
    near = 1e-4 if settings["name"] == "selu" else 1e-9
    for index in np.ndindex(z.shape):
        line = with_numbers(function.value_equation, z=z[index])
        assert by_hand(line) == pytest.approx(a[index], rel=near, abs=1e-12), line
        equation = function.delta_equation("q", "ŷ")
        line = with_numbers(equation, z=z[index], ŷ=a[index], q=1.7)
        assert by_hand(line) == pytest.approx(delta[index], rel=near, abs=1e-12), line


def test_softmax_writes_its_jacobian():
    softmax = Softmax()
    assert softmax.value_equation == "e^(z)/Σⱼ e^(zⱼ)"
    assert softmax.delta_equation() == "(diag(a) − a·aᵀ)·∂L/∂a"
    assert softmax.delta_equation("∂ℓ/∂ŷ", "ŷ") == "(diag(ŷ) − ŷ·ŷᵀ)·∂ℓ/∂ŷ"


@pytest.mark.parametrize(
    ("name", "value", "delta"),
    [
        ("identity", "z", "∂L/∂a"),
        ("relu", "max(0, z)", "∂L/∂a ⊙ [z > 0]"),
        ("sigmoid", "1/(1 + e^(−z))", "∂L/∂a ⊙ a·(1 − a)"),
        ("tanh", "tanh(z)", "∂L/∂a ⊙ (1 − a²)"),
        ("prelu", "max(0, z) + α·min(0, z)", "∂L/∂a ⊙ ([z > 0] + α·[z ≤ 0])"),
        ("b*z**2, b=3", "b·z**2", "∂L/∂a ⊙ (2·(b·z))"),
        ("z**2" + "*tanh(z)" * 30, "z**2" + "·tanh(z)" * 30, "∂L/∂a ⊙ σ′(z)"),
    ],
)
def test_the_equations_are_those_of_books(name, value, delta):
    function = ACTIVATIONS.resolve(name)
    assert function.value_equation == value
    assert function.delta_equation() == delta


def test_a_function_of_the_users_own_is_written_by_its_name():
    class Cube(ActivationFunction):
        def value(self, z):
            return z**3

        def derivative(self, z, a):
            return 3 * z**2

    assert Cube().value_equation == "cube(z)"
    assert Cube().delta_equation("∂ℓ/∂ŷ") == "∂ℓ/∂ŷ ⊙ cube′(z)"
    of_python = PythonFunction(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    assert of_python.value_equation == "tanh(z)"
    assert of_python.delta_equation() == "∂L/∂a ⊙ tanh′(z)"
