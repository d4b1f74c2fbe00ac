"""Bugs that users of other libraries reported, and that this one does not have: it stays so."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification

import axone as ax
from axone.data import load_dataset

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4))
WORDS = np.where(X[:, 0] > 0, "spam", "ham")


def quick(**options):
    return {"max_iter": 20, "random_state": 0} | options


def test_early_stopping_with_labels_of_text():
    """scikit-learn#33760: TypeError of isnan."""
    model = ax.MLPClassifier((8,), early_stopping=True, **quick()).fit(X, WORDS)
    assert set(model.predict(X)) <= {"ham", "spam"}


def test_early_stopping_with_two_rows_is_refused_in_words():
    """scikit-learn#24713: no attribute _best_coefs."""
    with pytest.raises(ValueError, match=r"row|sample|split|validation"):
        ax.MLPRegressor(hidden_layer_sizes=(4,), early_stopping=True, **quick()).fit(
            X[:2], [0.0, 1.0]
        )


def test_divergence_with_early_stopping_says_that_it_diverged():
    """scikit-learn#29504: Input contains NaN."""
    model = ax.MLPRegressor(
        hidden_layer_sizes=(8,),
        early_stopping=True,
        solver="sgd",
        learning_rate_init=1e6,
        **quick(),
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X * 1e4, X[:, 0] * 1e4)
        except ValueError as error:
            told = str(error)
        else:
            told = " ".join(str(each.message) for each in caught)
            assert np.isfinite(model.predict(X)).all()
    assert "diverged" in told


def test_a_declared_class_that_comes_later():
    """scikit-learn#6994: partial_fit crashes."""
    model = ax.MLPClassifier((4,), random_state=0)
    model.partial_fit(X[:30], np.resize(["a", "b", "c"], 30), classes=["a", "b", "c", "d"])
    model.partial_fit(X[:5], ["d"] * 5)
    assert model.predict_proba(X).shape == (60, 4)


def test_several_labels_at_once_by_parts():
    """scikit-learn#12505: multilabel partial_fit is useless."""
    y = (X[:, :3] > 0).astype(int)
    model = ax.MLPClassifier((16,), learning_rate_init=0.01, random_state=0)
    for _ in range(60):
        model.partial_fit(X, y, classes=[0, 1, 2])
    assert model.predict(X).shape == y.shape
    assert (model.predict(X) == y).mean() > 0.8


def test_a_warm_start_with_fewer_classes_is_refused():
    """scikit-learn#11758."""
    model = ax.MLPClassifier((4,), warm_start=True, **quick())
    model.fit(X, np.resize(["a", "b", "c"], 60))
    with pytest.raises(ValueError, match="warm_start"):
        model.fit(X, np.resize(["a", "b"], 60))


def test_columns_in_another_order_are_refused():
    """scikit-learn#7242: silently wrong."""
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = ax.MLPClassifier((4,), **quick()).fit(frame, WORDS)
    with pytest.raises(ValueError, match=r"order|feature names"):
        model.predict(frame[list("dcba")])


def test_a_column_vector_of_targets_is_the_same_target():
    """skorch#728, sktime#10931: (n, 1) against (n,) broadcasts, and one row gives shape ()."""
    flat = ax.MLPRegressor(hidden_layer_sizes=(4,), **quick()).fit(X, X[:, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tall = ax.MLPRegressor(hidden_layer_sizes=(4,), **quick()).fit(X, X[:, :1])
    assert tall.loss_ == pytest.approx(flat.loss_, rel=1e-12)
    assert flat.predict(X[:1]).shape == (1,)


def test_labels_of_truth_come_back_as_truths():
    """catboost#2243: as text."""
    assert ax.MLPClassifier((4,), **quick()).fit(X, X[:, 0] > 0).predict(X).dtype == bool


def test_a_constant_column_with_a_missing_cell():
    """autogluon#4508: the loss is NaN."""
    frame = pd.DataFrame({"a": X[:, 0], "b": np.full(60, 0.5)})
    frame.loc[3, "b"] = np.nan
    model = ax.TabularClassifier(random_state=0).fit(frame, WORDS)
    assert np.isfinite(model.predict_proba(frame)).all()
    assert model.score(frame, WORDS) > 0.9


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": np.resize(["x", "y"], 60), "b": np.resize(["u", "v", "w"], 60)}),
        pd.DataFrame({"a": X[:, 0], "b": ["same"] * 60}),
        pd.DataFrame({"a": X[:, 0], "b": [np.nan] * 60}),
    ],
)
def test_frames_of_categories_constants_and_nothing(frame):
    """DeepTab#448: crash."""
    assert len(ax.TabularClassifier(random_state=0).fit(frame, WORDS).predict(frame)) == 60


def test_categories_of_another_type_later_are_the_same():
    """autogluon#5808: crash."""
    numbers = np.resize([1, 2, 3, 4], 60)
    frame = pd.DataFrame({"c": numbers.astype(str).astype(object), "a": X[:, 0]})
    model = ax.TabularClassifier(columns={"c": "category"}, random_state=0).fit(frame, WORDS)
    expected = model.predict_proba(frame)
    for column in (numbers, numbers.astype(float), pd.Series(numbers.astype(str))):
        assert np.array_equal(model.predict_proba(frame.assign(c=column)), expected)


def test_a_cell_that_is_missing_only_later_is_the_median():
    """catboost#389, fastai#74."""
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = ax.TabularClassifier(random_state=0).fit(frame, WORDS)
    holed, filled = frame.copy(), frame.copy()
    holed.loc[0, "a"] = np.nan
    filled.loc[0, "a"] = np.median(frame["a"])
    assert np.allclose(model.predict_proba(holed), model.predict_proba(filled))


def test_names_of_any_signs():
    """LightGBM#6202: quotes, brackets, colons and accents."""
    frame = pd.DataFrame(X, columns=['a"b', "[c]", "d:e", "Größe"])
    assert ax.TabularClassifier(random_state=0).fit(frame, WORDS).score(frame, WORDS) > 0.9


def test_a_product_of_large_numbers_is_learnt():
    """R's neuralnet, stats.SE 65292: a constant answer."""
    inputs = RANDOM.uniform(1, 500, (1000, 2))
    frame = pd.DataFrame(inputs, columns=["u", "v"])
    model = ax.TabularRegressor(random_state=0).fit(frame, inputs.prod(axis=1))
    assert model.score(frame, inputs.prod(axis=1)) > 0.999


def test_labels_of_plus_and_minus_one_come_back():
    """keras#4784."""
    model = ax.MLPClassifier((8,), **quick()).fit(X, np.where(X[:, 0] > 0, 1, -1))
    assert set(model.predict(X)) == {-1, 1}


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_name(tmp_path):
    """pandas#4793, docling#4097."""
    path = tmp_path / "some.csv"
    path.write_bytes(b'\xef\xbb\xbf"Gr\xc3\xb6\xc3\x9fe",y\n1.5,a\n2.5,b\n3.5,a\n4.5,b\n')
    assert load_dataset(path, target="y").feature_names == ("Größe",)


def test_commas_of_lists_are_not_what_divides_cells(tmp_path):
    """cpython#119123: Sniffer picks the comma in ['1', '2']."""
    path = tmp_path / "some.csv"
    rows = "".join(f"{n};['1', '2'];{n % 2}\n" for n in range(30))
    path.write_text(f"id;tags;cost\n{rows}")
    assert load_dataset(path, target="cost").feature_names == ("id", "tags")


def test_mixed_distances_from_utc_are_moments_of_utc():
    """pandas#50887."""
    cells = ["2024-01-31T00:30:00+01:00", "2024-07-01T00:30:00+02:00"] * 20
    frame = pd.DataFrame({"when": cells, "y": X[:40, 0]})
    when = load_dataset(frame, target="y").X["when"]
    assert when.iloc[:2].tolist() == [
        pd.Timestamp("2024-01-30T23:30"),
        pd.Timestamp("2024-06-30T22:30"),
    ]


def test_a_weight_of_nothing_is_a_row_left_out():
    """scikit-learn's pull request 25646."""
    data, y = make_classification(80, 5, random_state=0)
    weights = np.resize([1.0, 0.0], 80)
    # Few steps: each enlarges the rounding of sums over 80 rows and over 40.
    model = ax.MLPClassifier((4,), solver="lbfgs", **quick(max_iter=5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weighted = model.fit(data, y, sample_weight=weights).predict_proba(data)
        fewer = model.fit(data[::2], y[::2]).predict_proba(data)
    assert np.abs(weighted - fewer).max() < 1e-12
