"""Datasets written to files: what is read back is the same, and nothing is lost in silence."""

import numpy as np
import pandas as pd
import pytest

from axone.data import load_dataset, save_dataset
from axone.data.builtin import BUILT_IN
from axone.data.generated import GENERATED
from axone.errors import ConfigurationError, DataError


@pytest.mark.parametrize("name", [*BUILT_IN, *GENERATED])
def test_an_archive_reads_back_as_the_same_dataset(name, tmp_path):
    saved = load_dataset(name, seed=3)
    assert save_dataset(saved, tmp_path / "some.npz") == ()
    read = load_dataset(tmp_path / "some.npz")
    for array in ("X", "y", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(read, array), getattr(saved, array))
    for field in ("task", "feature_names", "class_names", "target_names"):
        assert getattr(read, field) == getattr(saved, field)


@pytest.mark.parametrize("name", [*BUILT_IN, *GENERATED])
def test_a_table_reads_back_with_its_rows_and_says_what_it_does_not_hold(name, tmp_path):
    saved = load_dataset(name, seed=3)
    notes = save_dataset(saved, tmp_path / "some.csv")
    assert [note.code for note in notes] == ["test_rows_not_saved"] * (saved.y_test is not None)
    target = list(pd.read_csv(tmp_path / "some.csv"))[-1]
    read = load_dataset(tmp_path / "some.csv", target=target, task=saved.task)
    np.testing.assert_array_equal(read.X.to_numpy(), saved.X)
    if saved.task == "classification":
        assert sorted(read.class_names) == sorted(saved.class_names)
        names = np.array(read.class_names)[read.y]
        np.testing.assert_array_equal(names, np.array(saved.class_names)[saved.y])
    else:
        np.testing.assert_array_equal(read.y, saved.y)


def test_a_table_with_categories_dates_and_gaps_is_saved_as_a_table_and_never_as_an_archive(
    tmp_path,
):
    frame = pd.DataFrame(
        {
            "colour": ["red", None, "blue", "red"],
            "day": pd.to_datetime(["2020-01-01", "2020-01-02", None, "2021-05-05"]),
            "price": [1.5, 2.5, 3.5, 4.5],
        }
    )
    data = load_dataset(frame, target="price")
    save_dataset(data, tmp_path / "some.csv")
    read = pd.read_csv(tmp_path / "some.csv", parse_dates=["day"])
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)
    with pytest.raises(DataError, match=r"table is a table.*save it as \.csv"):
        save_dataset(data, tmp_path / "some.npz")


def test_several_targets_each_have_their_column(tmp_path):
    X = np.arange(12.0).reshape(6, 2)
    arrays = {"X": X, "y": X[:, ::-1] / 7, "target_names": np.array(["cool", "warm"])}
    np.savez(tmp_path / "two.npz", **arrays)
    save_dataset(load_dataset(tmp_path / "two.npz"), tmp_path / "two.csv")
    assert list(pd.read_csv(tmp_path / "two.csv")) == ["x1", "x2", "cool", "warm"]


def test_images_are_no_rows_of_a_table(tmp_path):
    np.savez(tmp_path / "pictures.npz", X=np.zeros((4, 2, 2), np.uint8), y=np.arange(4) % 2)
    with pytest.raises(DataError, match=r"shape \(2, 2\).*save them as \.npz"):
        save_dataset(load_dataset(tmp_path / "pictures.npz"), tmp_path / "pictures.csv")


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("precious")
    with pytest.raises(ConfigurationError, match=r"there already.*--overwrite"):
        save_dataset(load_dataset("xor"), path)
    assert path.read_text() == "precious"
    save_dataset(load_dataset("xor"), path, overwrite=True)
    assert path.read_text().startswith("a,b,target")
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["some.csv"]


@pytest.mark.parametrize("name", ["some.parquet", "some", "some.csv.gz"])
def test_another_kind_of_file_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match=r"saved as \.npz or \.csv"):
        save_dataset(load_dataset("xor"), tmp_path / name)


def test_a_folder_that_is_missing_is_told(tmp_path):
    with pytest.raises(DataError, match="No such file or directory"):
        save_dataset(load_dataset("xor"), tmp_path / "nowhere" / "some.npz")
