"""Targets made by a comparison: how they are read, of what they are true, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data import dataset_of, load_dataset, read_rows
from axone.data.comparing import holds
from axone.data.conditions import Condition, condition_of
from axone.errors import ConfigurationError, DataError, UnknownNameError

SIGNS = ["==", "!=", "<", "<=", ">", ">="]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("digit == 5", ("digit", "==", "5")),
        ("price>100", ("price", ">", "100")),
        ("  price  <=  -1.5e3 ", ("price", "<=", "-1.5e3")),
        ("sepal length (cm) >= 5", ("sepal length (cm)", ">=", "5")),
        ('"a < b" != 3', ("a < b", "!=", "3")),
        ("'it is \"it\"' == yes", ('it is "it"', "==", "yes")),
        ("income == >50K", ("income", "==", ">50K")),
        ("town == 'New York '", ("town", "==", "New York ")),
        ('town == "New York"', ("town", "==", "New York")),
        ("größe < 3", ("größe", "<", "3")),
        ("a != =b", ("a", "!=", "=b")),
    ],
)
def test_a_name_a_sign_and_a_value_are_read(text, parts):
    assert condition_of(text) == Condition(*parts)


@pytest.mark.parametrize("text", ["price", "sepal length (cm)", "", "!", "a ! b", "== 5", None])
def test_what_compares_nothing_is_no_condition(text):
    assert condition_of(text) is None


@given(name=WORDS, sign=st.sampled_from(SIGNS), value=WORDS)
def test_the_text_of_a_condition_is_read_as_the_same_condition(name, sign, value):
    both = {'"', "'"}
    if both <= set(name) or both <= set(value) or not name.strip():
        return
    condition = Condition(name, sign, value)
    assert condition_of(condition.text) == condition


@given(st.text(max_size=40))
def test_no_text_does_anything_but_be_read_or_refused(text):
    try:
        condition = condition_of(text)
    except ConfigurationError:
        return
    assert condition is None or condition.sign in SIGNS


@given(
    values=st.lists(st.integers(-5, 5), min_size=1),
    sign=st.sampled_from(SIGNS),
    value=st.integers(-5, 5),
)
def test_numbers_compare_as_pandas_compares_them(values, sign, value):
    found = holds(Condition("a", sign, str(value)), np.array(values), "here")
    expected = pd.DataFrame({"a": values}).eval(f"a {sign} {value}")
    assert found.tolist() == expected.tolist()


def test_a_column_whose_name_is_the_text_itself_goes_before_a_comparison():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "a > 2": [0, 1, 0, 1]})
    assert load_dataset(frame, target="a > 2").y.tolist() == [0, 1, 0, 1]
    assert load_dataset(frame.drop(columns="a > 2").assign(b=1.5), target="a > 2").y.tolist() == [
        *(0, 0, 1, 1)
    ]


FRAME = pd.DataFrame(
    {
        "price": [50.0, 150.0, None, 100.0, 250.0],
        "town name": ["Bonn", "Köln", "Bonn", "Köln", "Aachen"],
        "open": [True, False, True, False, True],
        "day": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01", None]),
        "size": [1, 2, 3, 4, 5],
    }
)


@pytest.mark.parametrize(
    ("target", "true", "rows"),
    [
        ("price > 100", [0, 1, 0, 1], 4),
        ("price <= 100", [1, 0, 1, 0], 4),
        ("price == 1e2", [0, 0, 1, 0], 4),
        ("town name == Köln", [0, 1, 0, 1, 0], 5),
        ("'town name' != 'Bonn'", [0, 1, 0, 1, 1], 5),
        ("open == true", [1, 0, 1, 0, 1], 5),
        ("open != Yes", [0, 1, 0, 1, 0], 5),
        ("day >= 2022-01-01", [0, 0, 1, 1], 4),
        ("size >= 3", [0, 0, 1, 1, 1], 5),
    ],
)
def test_a_column_of_a_table_becomes_two_classes_and_is_no_feature_any_more(target, true, rows):
    data = load_dataset(FRAME, target=target)
    condition = condition_of(target)
    assert (data.task, data.y.tolist(), len(data.X)) == ("classification", true, rows)
    assert data.class_names == condition.class_names
    assert data.class_names[1] == data.target_name == condition.text
    assert condition.name not in data.feature_names
    assert any("without" in note for note in data.notes) == (rows < 5)


def test_whole_numbers_beyond_2_to_the_53_are_told_apart():
    frame = pd.DataFrame({"id": [2**53, 2**53 + 1, 2**53 + 2, 5], "a": [1.0, 2, 3, 4]})
    assert load_dataset(frame, target=f"id == {2**53 + 1}").y.tolist() == [0, 1, 0, 0]
    unsigned = frame.assign(id=np.array([2**64 - 1, 2**64 - 2, 1, 2], dtype=np.uint64))
    assert load_dataset(unsigned, target="id > 9").y.tolist() == [1, 1, 0, 0]


def test_text_that_holds_numbers_has_an_order_and_other_text_has_none():
    frame = pd.DataFrame({"a": ["5", "10", "9"], "b": [1.0, 2.0, 3.0]}, dtype=object)
    assert load_dataset(frame, target="a > 8").y.tolist() == [0, 1, 1]
    with pytest.raises(ConfigurationError, match=r"'Bonn' has not: use == or !="):
        load_dataset(FRAME, target="town name > 3")


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("species == setosa", 50),
        ("species == 0", 50),
        ("class != virginica", 100),
        ("target >= 1", 100),
        ("y == 2.0", 50),
    ],
)
def test_the_target_of_a_dataset_of_arrays_is_compared_by_its_classes_or_numbers(target, count):
    data = load_dataset("iris", target=target)
    assert (data.y.sum(), data.X.shape) == (count, (150, 4))
    assert data.class_names == condition_of(target).class_names


def test_a_feature_of_a_dataset_of_arrays_becomes_the_target():
    iris = load_dataset("iris")
    data = load_dataset("iris", target="petal length (cm) > 4")
    np.testing.assert_array_equal(data.y, iris.X[:, 2] > 4)
    np.testing.assert_array_equal(data.X, np.delete(iris.X, 2, axis=1))
    assert data.feature_names == (*iris.feature_names[:2], iris.feature_names[3])


def test_the_test_rows_of_a_source_are_compared_alike():
    data = load_dataset("calculator", target="sum > 100", options={"rows": 100})
    sums = load_dataset("calculator", options={"rows": 100})
    np.testing.assert_array_equal(data.y, sums.y > 100)
    np.testing.assert_array_equal(data.y_test, sums.y_test > 100)


def test_one_of_several_targets_and_one_hot_classes_can_be_compared(tmp_path):
    X = np.arange(8.0)[:, None]
    y = np.column_stack([X[:, 0], -X[:, 0]])
    np.savez(tmp_path / "two.npz", X=X, y=y, target_names=np.array(["up", "down"]))
    data = load_dataset(tmp_path / "two.npz", target="down < -5")
    assert data.y.tolist() == [0] * 6 + [1] * 2
    names = np.array(["a", "b", "c"])
    np.savez(tmp_path / "hot.npz", X=X, y=np.eye(3)[np.arange(8) % 3], target_names=names)
    data = load_dataset(tmp_path / "hot.npz", target="class == b")
    assert data.y.tolist() == [0, 1, 0, 0, 1, 0, 0, 1]


def test_rows_in_memory_are_compared_too():
    X, y = np.arange(12.0).reshape(6, 2), pd.Series(range(6), name="count")
    assert dataset_of((X, y.to_numpy()), target="y > 2").y.tolist() == [0, 0, 0, 1, 1, 1]
    frame = pd.DataFrame(X, columns=["a", "b"])
    assert dataset_of((frame, y), target="count > 3").y.tolist() == [0, 0, 0, 0, 1, 1]
    assert dataset_of(FRAME, target="size > 3").y.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("source", "target", "kind", "words"),
    [
        ("iris", "specie == setosa", UnknownNameError, "Did you mean 'species'"),
        ("iris", "species == rose", UnknownNameError, "unknown value 'rose'.*setosa, versicolor"),
        ("iris", "species < setosa", ConfigurationError, "compares numbers with 'setosa'"),
        ("iris", "species = setosa", ConfigurationError, "write ==, not ="),
        ("iris", "species ==", ConfigurationError, "compares with nothing"),
        ("iris", "species > 9", DataError, "true of none of 150 rows"),
        ("iris", "species < 9", DataError, "true of all 150 rows"),
        ("iris", "species == nan", UnknownNameError, "unknown value 'nan'"),
        ("diabetes", "disease_progression > high", ConfigurationError, "with 'high', which is"),
        ("diabetes", "disease_progression > inf", ConfigurationError, "Give a number"),
        (FRAME, "prize > 3", UnknownNameError, "unknown target 'prize'. Did you mean 'price'"),
        (FRAME, "town name == Rom", UnknownNameError, "unknown value 'Rom'.*Aachen, Bonn, Köln"),
        (FRAME, "open > 0", ConfigurationError, "compares truths"),
        (FRAME, "open == perhaps", ConfigurationError, "true or false"),
        (FRAME, "day > now", ConfigurationError, "2024-12-31"),
        (FRAME, "day > 9999999999999999999-01-01", ConfigurationError, "2024-12-31"),
        (FRAME, f"price > 1{'0' * 400}", ConfigurationError, "Give a number"),
        (FRAME, f"size < {10**30}", DataError, "true of all 5 rows"),
        (FRAME, "day > yesterday", ConfigurationError, "2024-12-31"),
        (FRAME, "price > 1000", DataError, "true of none of 4 rows"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(source, target, kind, words):
    with pytest.raises(kind, match=words):
        load_dataset(source, target=target)


def test_a_comparison_is_no_regression():
    with pytest.raises(ConfigurationError, match="no regression"):
        load_dataset("iris", target="species == 1", task="regression")
    with pytest.raises(ConfigurationError, match="no regression"):
        load_dataset(FRAME, target="price > 100", task="regression")


def test_labelled_rows_say_of_which_a_condition_is_true(tmp_path):
    np.savez(tmp_path / "some.npz", X=np.zeros((3, 2)), y=np.array([5, 5, 5]))
    assert read_rows(tmp_path / "some.npz", target="digit == 5").y.tolist() == [True] * 3
    np.savez(tmp_path / "bare.npz", X=np.zeros((3, 2)))
    with pytest.raises(DataError, match="holds no y"):
        read_rows(tmp_path / "bare.npz", target="digit == 5")
