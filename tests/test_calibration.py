"""Temperatures against PyTorch's optimum, calibration errors against scikit-learn's bins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

import axone as ax
from axone.calibration import reliability
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError

SEEDS = st.integers(0, 2**32 - 1)


def softmax(z):
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def overconfident(seed, rows, classes, scale):
    """Logits that are `scale` times those that the labels are drawn from."""
    random = np.random.default_rng(seed)
    z = 2 * random.normal(size=(rows, classes))
    y = (softmax(z).cumsum(axis=1) < random.random((rows, 1))).sum(axis=1).clip(0, classes - 1)
    return scale * z, y


@pytest.mark.parametrize("scale", [1e-3, 0.4, 1.0, 3.0, 1e4])
def test_the_factor_that_logits_were_multiplied_by_is_found_again(scale):
    z, y = overconfident(0, 20_000, 4, scale)
    assert ax.find_temperature(z, y) == pytest.approx(scale, rel=0.03)


@pytest.mark.parametrize(
    ("classes", "loss"), [(3, "cross_entropy"), (1, "binary_cross_entropy_with_logits")]
)
def test_the_temperature_is_the_optimum_that_pytorch_finds(torch, classes, loss):
    z, y = overconfident(1, 300, max(classes, 2), 2.5)
    z = z if classes > 1 else z[:, 1:] - z[:, :1]
    logits = torch.tensor(z if classes > 1 else z[:, 0])
    target = torch.tensor(y) if classes > 1 else torch.tensor(y, dtype=torch.float64)
    logarithm = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logarithm], max_iter=200, tolerance_change=1e-14)

    def closure():
        optimizer.zero_grad()
        value = getattr(torch.nn.functional, loss)(logits / logarithm.exp(), target)
        value.backward()
        return value

    optimizer.step(closure)
    expected = float(logarithm.exp().detach())
    assert ax.find_temperature(z, y) == pytest.approx(expected, rel=1e-5)
    assert ax.find_temperature(z.astype(np.float32), y) == pytest.approx(expected, rel=1e-5)


@given(seed=SEEDS, rows=st.integers(2, 60), classes=st.integers(2, 5))
@pytest.mark.filterwarnings("ignore:.*the temperature stays at 1")
def test_no_other_temperature_has_a_smaller_log_loss(seed, rows, classes):
    random = np.random.default_rng(seed)
    z, y = 3 * random.normal(size=(rows, classes)), random.integers(0, classes, rows)
    found = ax.find_temperature(z, y)
    if found == 1.0:
        return
    labels = np.arange(classes)
    best = log_loss(y, softmax(z / found), labels=labels)
    for factor in (0.5, 0.99, 1.01, 2.0):
        assert log_loss(y, softmax(z / (found * factor)), labels=labels) >= best - 1e-12


def test_labels_that_do_not_exclude_each_other_share_one_temperature():
    z, y = overconfident(2, 200, 2, 3.0)
    yes = (z[:, 1] - z[:, 0]).reshape(50, 4)
    labels = y.reshape(50, 4)
    flat = ax.find_temperature(yes.ravel(), labels.ravel())
    assert ax.find_temperature(yes, labels) == flat
    assert ax.find_temperature(z, y) == pytest.approx(flat)


def test_logarithms_of_probabilities_are_logits():
    z, y = overconfident(3, 100, 3, 2.0)
    expected = ax.find_temperature(z, y)
    assert ax.find_temperature(np.log(softmax(z)), y) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("logits", "y", "words"),
    [
        ([[2.0, 0.0], [0.0, 0.1]], [0, 1], "every row to calibrate on is predicted right"),
        ([3.0, -0.5], [1, 0], "every row to calibrate on is predicted right"),
        ([[2.0, 0.0], [0.0, 0.1]], [1, 1], "no better than chance"),
        ([[1.0, 1.0]], [1], "every row"),
    ],
)
def test_where_no_temperature_is_best_it_stays_at_one_with_a_warning(logits, y, words):
    with pytest.warns(UserWarning, match=f"{words}.*stays at 1"):
        assert ax.find_temperature(logits, y) == 1.0


def test_the_logits_given_are_not_changed():
    z, y = overconfident(4, 20, 3, 2.0)
    before = z.copy()
    ax.find_temperature(z, y)
    np.testing.assert_array_equal(z, before)


@given(seed=SEEDS, rows=st.integers(1, 80), bins=st.integers(1, 20))
def test_the_bins_of_two_classes_are_those_of_scikit_learn(seed, rows, bins):
    random = np.random.default_rng(seed)
    p, y = random.random(rows).round(2), random.integers(0, 2, rows)
    found = reliability(np.column_stack([1 - p, p]), y, bins)
    frequency, confidence = calibration_curve(y, p, n_bins=bins)
    filled = found.counts > 0
    np.testing.assert_allclose(found.frequency[filled], frequency)
    np.testing.assert_allclose(found.confidence[filled], confidence)
    assert np.isnan(found.confidence[~filled]).all()
    expected = (found.counts[filled] * np.abs(frequency - confidence)).sum() / rows
    assert ax.calibration_error(p, y, bins) == pytest.approx(expected)
    assert ax.calibration_error(p[:, None], y[:, None], bins) == pytest.approx(expected)


@given(seed=SEEDS, rows=st.integers(1, 80), classes=st.integers(3, 6))
def test_of_several_classes_the_predicted_one_counts(seed, rows, classes):
    random = np.random.default_rng(seed)
    p, y = random.dirichlet(np.ones(classes), rows), random.integers(0, classes, rows)
    found = reliability(p, y)
    frequency, confidence = calibration_curve(p.argmax(axis=1) == y, p.max(axis=1), n_bins=15)
    np.testing.assert_allclose(found.frequency[found.counts > 0], frequency)
    np.testing.assert_allclose(found.confidence[found.counts > 0], confidence)


def test_certainty_belongs_to_the_last_bin_and_impossibility_to_the_first():
    found = reliability(np.array([0.0, 1.0, 1.0 + 1e-7]), [0, 1, 1])
    assert (found.counts[0], found.counts[-1], found.error) == (1, 2, pytest.approx(0, abs=1e-7))


def test_the_temperature_makes_the_calibration_error_smaller():
    z, y = overconfident(5, 4000, 5, 3.0)
    cooled = softmax(z / ax.find_temperature(z, y))
    assert ax.calibration_error(softmax(z), y) > 0.15
    assert ax.calibration_error(cooled, y) < 0.03


@pytest.mark.parametrize(
    ("logits", "y", "error", "words"),
    [
        ([[1.0, 2.0]], [0, 1], ShapeError, r"logits of shape \(1, 2\) and y of shape \(2,\)"),
        (np.zeros((2, 2, 2)), [0, 1], ShapeError, "do not fit"),
        ([], [], DataError, "nothing to calibrate on"),
        ([[1.0, 2.0]], [2], DataError, "from 0 to 1; found 2 to 2"),
        ([[1.0, 2.0]], [0.5], DataError, "whole numbers"),
        ([[1.0, 2.0]], [np.nan], DataError, "whole numbers"),
        ([[1.0, np.inf]], [0], DataError, "NaN or infinite"),
        (["a"], [0], DataError, "array of numbers"),
        (1.0, [0], DataError, "array of numbers"),
    ],
)
def test_logits_and_labels_that_do_not_fit_are_refused(logits, y, error, words):
    with pytest.raises(error, match=words):
        ax.find_temperature(logits, y)


@pytest.mark.parametrize("probabilities", [[1.5], [-0.1], [np.nan]])
def test_what_is_no_probability_is_refused(probabilities):
    with pytest.raises(DataError, match="between 0 and 1"):
        ax.calibration_error(probabilities, [1])


@pytest.mark.parametrize(("bins", "error"), [(0, ConfigurationError), (1.5, ArgumentTypeError)])
def test_there_is_a_whole_number_of_bins(bins, error):
    with pytest.raises(error, match="bins"):
        ax.calibration_error([0.5], [1], bins)


@pytest.mark.parametrize("level", [0.05, 0.2, 0.5, 0.9])
@given(seed=SEEDS)
def test_a_spread_quantile_holds_its_level_on_the_rows_that_it_was_found_on(level, seed):
    random = np.random.default_rng(seed)
    y, width = random.normal(size=200), random.uniform(0.1, 2, 200)
    side = -1 if level < 0.5 else 1
    levels = tuple(sorted({level, 0.5}))
    said = np.stack([width * (0 if q == 0.5 else side) for q in levels], axis=-1)
    spread = ax.find_spread(y, said, levels)
    place = levels.index(level)
    share = (y <= spread[place] * said[:, place]).mean()
    # Its rank is that of n + 1 rows, so that a new row lies on the right side often enough.
    assert share == pytest.approx(level, abs=0.016) if level != 0.5 else spread[place] == 1


def test_the_spread_holds_for_a_new_row_as_often_as_it_promises():
    random = np.random.default_rng(0)
    inside = []
    for _repeat in range(400):
        y = random.normal(size=20)
        found = ax.find_spread(y[:19], np.tile([-1.0, 0.0, 1.0], (19, 1)), (0.05, 0.5, 0.95))
        inside.append(-found[0] <= y[19] <= found[2])
    # ⌈20·0.95⌉ = 19 of 19 rows: each end is missed by 1 row of 20.
    assert np.mean(inside) == pytest.approx(0.9, abs=0.03)


def test_quantiles_that_are_one_stay_so():
    assert ax.find_spread(np.arange(5.0), np.zeros((5, 3)), (0.1, 0.5, 0.9)) == (1, 1, 1)
