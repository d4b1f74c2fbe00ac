"""L-BFGS takes the iterations of SciPy's L-BFGS-B, and its direction is that of the BFGS matrix."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from axone.lbfgs import Limits, Minimisation, Standing, fresh_slots, without_loss
from axone.line_search import MOST_EVALUATIONS

NEVER = Limits(gradient=0.0, loss=0.0, evaluations=10**9)


class Path:
    """What a minimisation went through: the loss and the weights of every iteration."""

    def __init__(self):
        self.losses, self.weights, self.evaluations = [], [], 0


def minimised(objective, start, limits, memory=10, iterations=10**6, slots=None):
    weights, path = start.copy(), Path()
    slots = fresh_slots(weights, memory) if slots is None else slots
    search = Minimisation(limits, weights, slots)
    while len(path.losses) < iterations:
        trial = search.trial(path.evaluations)
        if trial is None:
            break
        loss, gradient = objective(trial)
        path.evaluations += 1
        if search.tell(loss, gradient):
            path.losses.append(loss)
            path.weights.append(weights.copy())
    return path


def minimised_by_scipy(objective, start, limits, memory=10, iterations=10**6):
    path = Path()

    def callback(intermediate_result):
        path.losses.append(float(intermediate_result.fun))
        path.weights.append(intermediate_result.x.copy())

    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        callback=callback,
        options={
            "maxcor": memory,
            "gtol": limits.gradient,
            "ftol": limits.loss,
            "maxfun": limits.evaluations,
            "maxiter": iterations,
        },
    )
    path.evaluations = found.nfev
    return path


def quadratic(size=30, seed=0):
    random = np.random.default_rng(seed)
    root = random.normal(size=(size, size))
    matrix, offset = root @ root.T + np.eye(size), random.normal(size=size)
    return lambda x: (0.5 * x @ matrix @ x - offset @ x, matrix @ x - offset)


def banana(x):
    """Rosenbrock's function."""
    return rosen(x), rosen_der(x)


def steep_sides(x):
    """Quartic and uneven: line searches need several trials."""
    scales = np.arange(1, x.size + 1) ** 2
    return float(np.sum(scales * x**4 + np.cos(3 * x))), 4 * scales * x**3 - 3 * np.sin(3 * x)


OBJECTIVES = {"quadratic": quadratic(), "banana": banana, "steep sides": steep_sides}


@pytest.fixture(params=OBJECTIVES)
def objective(request):
    return OBJECTIVES[request.param]


@pytest.mark.parametrize("memory", [1, 3, 10])
def test_the_first_iterations_are_scipys(objective, memory):
    start = 3 * np.random.default_rng(1).normal(size=30)
    wanted = minimised_by_scipy(objective, start, NEVER, memory, iterations=25)
    found = minimised(objective, start, NEVER, memory, iterations=25)
    assert found.evaluations == wanted.evaluations
    np.testing.assert_allclose(found.losses, wanted.losses, rtol=1e-9)
    np.testing.assert_allclose(found.weights, wanted.weights, rtol=1e-8, atol=1e-9)


def test_it_ends_where_scipy_ends(objective):
    start = 3 * np.random.default_rng(2).normal(size=30)
    limits = Limits(gradient=1e-6, loss=1e-13, evaluations=15000)
    wanted = minimised_by_scipy(objective, start, limits)
    found = minimised(objective, start, limits)
    assert found.losses[-1] == pytest.approx(wanted.losses[-1], rel=1e-9, abs=1e-9)
    assert len(found.losses) == pytest.approx(len(wanted.losses), rel=0.1)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(gradient=20.0, loss=0.0, evaluations=15000),
        Limits(gradient=0.0, loss=1e-3, evaluations=15000),
        Limits(gradient=0.0, loss=0.0, evaluations=17),
        Limits(gradient=1e9, loss=0.0, evaluations=15000),
    ],
    ids=["gradient", "loss", "evaluations", "at the start"],
)
def test_each_limit_ends_it_at_scipys_iteration(objective, limits):
    start = 3 * np.random.default_rng(3).normal(size=30)
    wanted = minimised_by_scipy(objective, start, limits)
    found = minimised(objective, start, limits)
    assert len(found.losses) == len(wanted.losses)
    assert found.evaluations == wanted.evaluations


def test_a_gradient_that_points_uphill_ends_it_as_it_ends_scipy():
    def lying(x):
        return float(x @ x), -2 * x

    start = np.ones(4)
    limits = Limits(0.0, 0.0, 15000)
    wanted = minimised_by_scipy(lying, start, limits)
    slots = fresh_slots(start, 10)
    found = minimised(lying, start, limits, slots=slots)
    assert found.losses == wanted.losses == []
    # SciPy does not look again where two trials are the same to the last bit.
    assert wanted.evaluations <= found.evaluations == 1 + MOST_EVALUATIONS
    assert Standing.from_numbers(slots["search"].tolist()).has_ended
    assert minimised(lying, start, limits, slots=slots).evaluations == 0


def test_a_search_that_fails_forgets_the_curvature_and_tries_once_more():
    honest = 12

    class Turning:
        """Tells the truth for some evaluations, then lies for ever."""

        def __init__(self):
            self.evaluations = 0

        def __call__(self, x):
            self.evaluations += 1
            loss, gradient = banana(x)
            if self.evaluations > honest:
                return loss, -gradient
            return loss, gradient

    start = np.linspace(-1, 1, 6)
    wanted = minimised_by_scipy(Turning(), start, NEVER)
    found = minimised(Turning(), start, NEVER)
    # Two searches have failed. How many trials each makes of an interval that is nothing but
    # rounding in the end depends on the rounding; 21 are the most.
    for path in (wanted, found):
        assert 21 < path.evaluations - honest <= 2 * 21
    np.testing.assert_allclose(found.losses, wanted.losses, rtol=1e-9)


def test_where_the_slope_does_not_change_nothing_is_remembered():
    # A plane has no curvature: the longest step is taken, and there is no pair to learn from.
    def plane(x):
        return float(x.sum()), np.ones_like(x)

    weights = np.zeros(3)
    slots = fresh_slots(weights, 5)
    search = Minimisation(NEVER, weights, slots)
    while not search.tell(*plane(search.trial(0))):
        pass
    assert weights.max() < -1e9
    assert Standing.from_numbers(slots["search"].tolist()).pairs == 0


def dense_inverse(steps, changes):
    """H as BFGS updates it, from γI: (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ (Nocedal & Wright 2006, 7.16)."""
    size = steps.shape[1]
    inverse = steps[-1] @ changes[-1] / (changes[-1] @ changes[-1]) * np.eye(size)
    for s, y in zip(steps, changes, strict=True):
        rho = 1 / (s @ y)
        left = np.eye(size) - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
    return inverse


@pytest.mark.parametrize("iterations", [2, 4, 5, 9, 13])
def test_the_direction_is_that_of_the_bfgs_matrix(iterations):
    memory, weights = 4, np.linspace(-2, 2, 7)
    slots = fresh_slots(weights, memory)
    search = Minimisation(NEVER, weights, slots)
    before = None
    steps, changes = [], []
    done = 0
    while done < iterations:
        if not search.tell(*banana(search.trial(0))):
            continue
        done += 1
        here = weights.copy(), banana(weights)[1]
        if before is not None:
            steps.append(here[0] - before[0])
            changes.append(here[1] - before[1])
        before = here
    trial = search.trial(0)
    direction = (trial - weights) / Standing.from_numbers(slots["search"].tolist()).line.step
    kept = min(memory, len(steps))
    if kept < memory:
        # The pair of the first iteration began at weights that this test has not seen.
        steps.insert(0, slots["steps"][0])
        changes.insert(0, slots["changes"][0])
        kept += 1
    wanted = -dense_inverse(np.array(steps[-kept:]), np.array(changes[-kept:])) @ before[1]
    np.testing.assert_allclose(direction, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_between_any_two_evaluations_the_arrays_are_all_that_the_future_depends_on(dtype):
    def objective(x):
        loss, gradient = steep_sides(x.astype(np.float64))
        return loss, gradient.astype(dtype)

    start = np.linspace(-3, 2, 9).astype(dtype)
    whole = minimised(objective, start, NEVER, memory=3, iterations=12)
    weights, path = start.copy(), Path()
    slots = fresh_slots(weights, 3)
    while len(path.losses) < 12:
        # Another one every time, on copies.
        weights, slots = weights.copy(), {name: array.copy() for name, array in slots.items()}
        search = Minimisation(NEVER, weights, slots)
        loss, gradient = objective(search.trial(path.evaluations))
        path.evaluations += 1
        if search.tell(loss, gradient):
            path.losses.append(loss)
            path.weights.append(weights)
    assert path.losses == whole.losses
    assert path.evaluations == whole.evaluations
    np.testing.assert_array_equal(path.weights, whole.weights)
    assert {slots[name].dtype for name in ("gradient", "steps", "changes")} == {np.dtype(dtype)}


def test_without_its_loss_it_looks_again_and_keeps_the_curvature():
    start = np.linspace(-1, 2, 6)
    slots = fresh_slots(start, 4)
    minimised(banana, start, NEVER, iterations=6, slots=slots)
    kept = Standing.from_numbers(without_loss(slots)["search"].tolist())
    before = Standing.from_numbers(slots["search"].tolist())
    assert (kept.pairs, kept.scale) == (before.pairs, before.scale)
    assert np.isnan([kept.loss, kept.loss_before]).all()
    assert kept.line is None
