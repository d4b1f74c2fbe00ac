"""Archives: what is read from good ones, and that bad ones are refused with their name."""

import io
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from axone.data import load_dataset, npz, read_rows
from axone.data.npz import read_headers, read_npz, write_npz
from axone.errors import DataError, UnknownNameError

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 0, 1, 0, 1])


@pytest.fixture
def save(tmp_path):
    def save(**arrays):
        path = tmp_path / "some.npz"
        np.savez_compressed(path, **arrays)
        return path

    return save


def refused(path, *words):
    with pytest.raises(DataError) as caught:
        read_npz(path)
    for word in (path.name, *words):
        assert word in str(caught.value)


def test_labels_of_an_integer_type_become_classes_in_sorted_order(save):
    data = read_npz(save(X=X, y=np.array([7, 3, 7, 3, 5, 5], dtype=np.int8)))
    assert data.task == "classification"
    assert data.y.tolist() == [2, 0, 2, 0, 1, 1]
    assert data.y.dtype == np.int64
    assert data.class_names == ("3", "5", "7")
    assert data.name == "some"


def test_target_names_of_matching_length_become_the_names_of_the_classes(save):
    data = read_npz(save(X=X, y=Y + 1, target_names=np.array(["genuine", "fraud"])))
    assert data.class_names == ("genuine", "fraud")


def test_labels_that_are_positions_in_the_target_names_keep_their_own_name(save):
    data = read_npz(save(X=X, y=2 * Y, target_names=np.array(["a", "b", "c"])))
    assert data.class_names == ("a", "c")


def test_float_targets_are_regression_and_integer_targets_can_be(save):
    floats = read_npz(save(X=X, y=Y + 0.5 * np.arange(6)))
    assert (floats.task, floats.y.dtype) == ("regression", np.float64)
    integers = read_npz(save(X=X, y=np.arange(6)), task="regression")
    assert integers.y.tolist() == [0, 1, 2, 3, 4, 5]
    assert integers.class_names == ()


def test_floats_of_two_whole_values_are_classes_and_a_note_says_so(save):
    data = read_npz(save(X=X, y=Y.astype(np.float32)))
    assert data.task == "classification"
    assert data.class_names == ("0", "1")
    assert "two whole values" in data.notes[0]


def test_text_targets_are_classes(save):
    data = read_npz(save(X=X, y=np.array(list("abcabc"))))
    assert data.class_names == ("a", "b", "c")


def test_several_float_targets_are_regression_of_each(save):
    y = np.arange(12.0).reshape(6, 2) / 7
    path = save(X=X, y=y, target_names=np.array(["low", "high"]))
    data = read_npz(path)
    assert data.y.shape == (6, 2)
    assert data.target_names == ("low", "high")
    one = read_npz(path, target="high")
    np.testing.assert_array_equal(one.y, y[:, 1])
    assert one.target_names == ("high",)
    with pytest.raises(UnknownNameError, match="Did you mean 'high'"):
        read_npz(path, target="hight")


def test_a_target_for_an_archive_with_a_single_y_is_refused(save):
    with pytest.raises(DataError, match="Leave the target out"):
        read_npz(save(X=X, y=Y), target="species")


def test_one_hot_targets_are_classes(save):
    path = save(X=X, y=np.eye(3)[[0, 1, 2, 0, 1, 2]], X_test=X, y_test=np.eye(3)[[0] * 6])
    data = read_npz(path)
    assert data.y.tolist() == [0, 1, 2, 0, 1, 2]
    assert data.y_test.tolist() == [0] * 6
    assert "one-hot" in data.notes[0]


def test_a_single_target_column_is_squeezed_and_a_single_feature_gets_its_axis(save):
    data = read_npz(save(X=X[:, 0], y=np.linspace(0, 1, 6)[:, None]))
    assert data.X.shape == (6, 1)
    assert data.y.shape == (6,)


def test_a_test_set_is_encoded_like_the_training_set(save):
    names = np.array(["one", "two"])
    data = read_npz(save(X=X, y=Y + 3, X_test=X[:3], y_test=Y[:3] + 3, feature_names=names))
    assert data.X_test.shape == (3, 2)
    assert data.y_test.tolist() == [0, 1, 0]
    assert data.feature_names == ("one", "two")


def test_a_class_that_only_the_test_set_has_is_noted(save):
    data = read_npz(save(X=X, y=Y, X_test=X[:2], y_test=np.array([0, 9])))
    assert data.y_test.tolist() == [0, 2]
    assert "only the test set has rows of class 9" in data.notes[0]


def test_feature_names_that_do_not_fit_are_left_out_with_a_note(save):
    data = read_npz(save(X=X, y=Y, feature_names=np.array(["only one"])))
    assert data.feature_names == ()
    assert "1 feature names for 2 features" in data.notes[0]


def test_bytes_with_two_feature_axes_are_images_and_nothing_else_is(save):
    pixels = np.zeros((6, 4, 4), dtype=np.uint8)
    assert read_npz(save(X=pixels, y=Y)).is_image
    assert not read_npz(save(X=pixels.astype(np.float32), y=Y)).is_image
    assert not read_npz(save(X=pixels[:, 0], y=Y)).is_image


def test_an_empty_file_is_refused_with_its_name(tmp_path):
    path = tmp_path / "nothing.npz"
    path.touch()
    refused(path, "empty")


def test_a_folder_is_refused(tmp_path):
    path = tmp_path / "folder.npz"
    path.mkdir()
    refused(path, "folder")


def test_a_truncated_npz_is_refused_with_its_name(save):
    path = save(X=np.random.default_rng(0).normal(size=(500, 4)), y=np.arange(500) % 2)
    whole = path.read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:length])
        refused(path)


def test_a_file_that_is_no_archive_is_refused_with_its_name(tmp_path):
    path = tmp_path / "text.npz"
    path.write_text("a,b\n1,2\n")
    refused(path, "no NPZ archive")


def test_pickled_objects_are_refused_without_being_loaded(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was loaded",))

    path = tmp_path / "bomb.npz"
    np.savez(path, X=np.array([Bomb(), Bomb()], dtype=object), y=np.array([0, 1]))
    refused(path, "pickled")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"y": Y}, ["no X", "holds y"]),
        ({"X": X}, ["no y", "holds X"]),
        ({"xs": X}, ["no X", "holds xs"]),
        ({"X": X, "y": Y[:4]}, ["6 rows", "(4,)"]),
        ({"X": X, "y": np.array(1)}, ["shape ()"]),
        ({"X": X.astype(str), "y": Y}, ["text where numbers belong"]),
        ({"X": X.astype(complex), "y": Y}, ["complex128"]),
        ({"X": X, "y": Y.astype("M8[D]")}, ["datetime64"]),
        ({"X": X[:0], "y": Y[:0]}, ["(0, 2)"]),
        ({"X": np.array(3.0), "y": Y}, ["shape ()"]),
        ({"X": X[:1], "y": Y[:1]}, ["single row"]),
        ({"X": X, "y": Y, "X_test": X}, ["no y_test"]),
        ({"X": X, "y": Y, "X_test": X[:, :1], "y_test": Y}, ["(6, 1)", "(6, 2)"]),
        ({"X": X, "y": np.zeros(6, dtype=int)}, ["only one value", "'0'"]),
        ({"X": X, "y": np.full(6, 2.5)}, ["only one value", "'2.5'"]),
        ({"X": X, "y": np.arange(6)}, ["6 different values in 6 rows", "regression"]),
        ({"X": X, "y": np.zeros((6, 2, 2))}, ["(6, 2, 2)"]),
        ({"X": X, "y": Y, "target_names": np.array([["a"]])}, ["target_names"]),
    ],
)
def test_an_archive_that_cannot_be_learnt_from_is_refused_with_the_reason(save, arrays, words):
    refused(save(**arrays), *words)


def test_two_columns_that_are_not_one_hot_are_no_classes(save):
    with pytest.raises(DataError, match="one-hot"):
        read_npz(save(X=X, y=X), task="classification")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("key", ["X", "y"])
def test_a_cell_that_is_not_finite_is_refused_with_its_place(save, key, bad):
    arrays = {"X": X.copy(), "y": X[:, 0].copy()}
    arrays[key][4] = bad
    words = ["2 cells", "row 4, column 0"] if key == "X" else ["1 cell", "row 4"]
    refused(save(**arrays), key, *words, str(bad))


def test_cells_that_are_not_finite_are_counted_over_all_pieces(save, monkeypatch):
    monkeypatch.setattr("axone.data.finite.CHUNK_CELLS", 8)
    cells = np.zeros((10, 1, 2, 2))
    cells[[5, 9], 0, 1, 0] = np.nan
    refused(
        save(X=cells, y=np.arange(10) % 2), "2 cells", "row 5, position 0, position 1, position 0"
    )


def test_an_archive_above_the_size_limit_is_refused_from_its_directory(save, monkeypatch):
    path = save(X=np.zeros((1000, 100)), y=np.arange(1000) % 2)
    monkeypatch.setattr(npz, "SIZE_LIMIT", 400_000)
    refused(path, "unpacks to", "limit")
    monkeypatch.setattr(npz, "SIZE_LIMIT", 100)
    refused(path, "above the limit")


def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path):
    path = tmp_path / "liar.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", header.getvalue() + bytes(80))
    refused(path, "too short")


def test_a_damaged_member_is_refused(save):
    path = save(X=np.random.default_rng(0).normal(size=(500, 4)), y=np.arange(500) % 2)
    content = bytearray(path.read_bytes())
    content[2000:2100] = bytes(100)
    path.write_bytes(content)
    refused(path)


def test_a_member_that_is_no_array_is_refused(tmp_path):
    path = tmp_path / "foreign.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", b"not what NumPy writes")
    refused(path, "damaged")


def test_text_of_two_axes_is_no_target(save):
    refused(save(X=X, y=np.array([["a", "b"]] * 6)), "(6, 2)")


def test_words_for_infinity_are_no_amounts(save):
    with pytest.raises(DataError, match="first in row 2: 'inf'"):
        read_npz(save(X=X, y=np.array(["1", "inf"] * 3)), task="regression")


def test_arrays_of_the_second_header_version_are_read(tmp_path):
    path = tmp_path / "two.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for key, array in (("X", X), ("y", Y)):
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(2, 0))
            archive.writestr(f"{key}.npy", member.getvalue())
    np.testing.assert_array_equal(read_npz(path).X, X)


@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int16, np.float32, np.float64]),
        hnp.array_shapes(min_dims=2, max_dims=4, min_side=2, max_side=5),
        elements=st.integers(0, 100),
    )
)
def test_whatever_array_is_written_comes_back_in_bits_and_type(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("npz") / "any.npz"
    write_npz(path, {"X": array, "y": np.arange(len(array)) / 3 + 0.1})
    loaded = read_npz(path)
    np.testing.assert_array_equal(loaded.X, array)
    assert loaded.X.dtype == array.dtype
    assert read_headers(path)["X"].shape == array.shape
    assert [file.name for file in path.parent.iterdir()] == ["any.npz"]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_whatever_bring_more_than_a_data_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("npz") / "noise.npz"
    good = io.BytesIO()
    np.savez(good, X=X, y=Y)
    # The directory of a good archive after foreign bytes, so that zipfile at least begins.
    for data in (content, content + good.getvalue()[len(content) :]):
        path.write_bytes(data)
        try:
            read_npz(path)
        except DataError as error:
            assert "noise.npz" in str(error)  # noqa: PT017


def test_writing_where_no_folder_can_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataError, match="AXONE_DATA"):
        write_npz(tmp_path / "file" / "x.npz", {"X": X})


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(DataError, match="No space left"):
        write_npz(tmp_path / "new" / "x.npz", {"X": X})
    assert list((tmp_path / "new").iterdir()) == []


def test_rows_to_predict_need_no_targets_but_bring_those_there_are(save):
    alone = read_rows(save(X=X))
    np.testing.assert_array_equal(alone.X, X)
    assert alone.y is None
    assert read_rows(save(X=X, y=Y + 5)).y.tolist() == (Y + 5).tolist()
    with pytest.raises(DataError, match="no X"):
        read_rows(save(y=Y))
    with pytest.raises(DataError, match="6 rows"):
        read_rows(save(X=X, y=Y[:2]))


def test_a_file_of_other_contents_is_refused_with_what_it_holds(save):
    refused(save(Xs=X, labels=Y), "holds no X", "it holds Xs, labels")


def test_real_signals_and_images_come_whole(real_data):
    signals = load_dataset("basic_motions")
    assert signals.X.shape == signals.X_test.shape == (40, 6, 100)
    assert signals.class_names == ("Badminton", "Running", "Standing", "Walking")
    bikes = load_dataset("bike_sharing_hour")
    assert bikes.y.shape == (17379, 2)
    assert bikes.target_names == ("casual", "registered")


def members(path, content, method=zipfile.ZIP_STORED):
    """Write an archive of members under any names, the same one twice if asked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the same name
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, array in content:
                member = io.BytesIO()
                if isinstance(array, bytes):
                    member.write(array)
                else:
                    np.lib.format.write_array(member, array)
                archive.writestr(name, member.getvalue())
    return path


def test_a_member_without_the_ending_is_not_taken_for_the_array(tmp_path):
    content = [("X", b"no array"), ("X.npy", X), ("y", Y), ("y.npy", Y)]
    loaded = read_npz(members(tmp_path / "beside.npz", content))
    np.testing.assert_array_equal(loaded.X, X)


def test_a_member_without_the_ending_alone_is_no_array(tmp_path):
    refused(members(tmp_path / "alone.npz", [("X", X), ("y.npy", Y)]), "holds no X")


def test_a_member_given_twice_is_refused(tmp_path):
    refused(
        members(tmp_path / "twice.npz", [("X.npy", X), ("y.npy", Y), ("X.npy", 2 * X)]), "twice"
    )


@pytest.mark.parametrize("name", ["../X.npy", "/X.npy", "a/X.npy"])
def test_a_member_elsewhere_is_another_array(tmp_path, name):
    refused(members(tmp_path / "up.npz", [(name, X), ("y.npy", Y)]), "holds no X")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_corrupt_member_is_refused_however_it_is_packed(tmp_path, method):
    path = members(tmp_path / "corrupt.npz", [("X.npy", np.repeat(X, 99)), ("y.npy", Y)], method)
    content = bytearray(path.read_bytes())
    for at in (40, 45, 50, 60):
        content[at] ^= 0xFF
    path.write_bytes(content)
    refused(path, "damaged")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_an_archive_that_grows_without_measure_is_refused_before_it_is_unpacked(
    tmp_path, monkeypatch, method
):
    monkeypatch.setattr("axone.data.npz.HARMLESS_BYTES", 10**6)
    path = members(tmp_path / "bomb.npz", [("X.npy", np.zeros((10**6, 2))), ("y.npy", Y)], method)
    refused(path, "times its size", "numpy.savez")


@pytest.mark.parametrize("descr", ["|V0", "<U0"])
def test_cells_of_no_bytes_cannot_be_without_number(tmp_path, descr):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": descr, "fortran_order": False, "shape": (10**12,)}
    )
    refused(
        members(tmp_path / "nothing.npz", [("X.npy", X), ("y.npy", header.getvalue())]), "y says"
    )


def test_a_thousand_arrays_are_the_most(tmp_path):
    content = [(f"{n}.npy", Y) for n in range(1001)]
    refused(members(tmp_path / "many.npz", content), "1,001 arrays; at most 1,000")


@pytest.mark.parametrize("dtype", [">f8", ">f4", ">i2", "<f2", "<f8"])
def test_arrays_of_other_machines_are_read_as_ours(save, dtype):
    loaded = read_npz(save(X=np.asfortranarray(X).astype(dtype), y=Y.astype(">i8")))
    np.testing.assert_array_equal(loaded.X, X)
    assert loaded.X.dtype.isnative
    assert loaded.y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    "array",
    [X + 1j, X.astype("M8[s]"), X.astype("m8[s]"), np.zeros(6, [("a", "f8")]), X.astype("S3")],
    ids=["complex", "dates", "spans", "structured", "bytes"],
)
def test_arrays_of_what_is_no_number_are_refused(save, array):
    refused(save(X=array, y=Y), "X ")


@pytest.mark.parametrize("key", ["y", "target_names", "feature_names"])
def test_half_a_character_is_no_name(save, key):
    arrays = {"X": X, "y": Y, key: np.array(["\ud800", "b"] * 3 if key == "y" else ["\ud800", "b"])}
    refused(save(**arrays), key, "half a character")
