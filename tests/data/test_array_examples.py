"""What an archive may say of its examples: masks, lengths, groups, time, kinds, texts."""

import numpy as np
import pytest

from axone.data import Preprocessing, dataset_of, load_dataset, read_rows, save_dataset, split_rows
from axone.data.positions import lengths_of
from axone.errors import DataError

RANDOM = np.random.default_rng(0)
SIGNALS = RANDOM.normal(size=(6, 2, 9)).astype(np.float32)
Y = np.array([0, 1, 0, 1, 0, 1])
LENGTHS = np.array([9, 3, 5, 9, 1, 4])
MASK = np.arange(9) < LENGTHS[:, None]


@pytest.fixture
def load(tmp_path):
    def loaded(**arrays):
        path = tmp_path / "rows.npz"
        np.savez(path, **{"y": Y, **arrays})
        return load_dataset(path)

    return loaded


def test_a_mask_lengths_and_flat_rows_say_the_same(load):
    by_mask = load(X=SIGNALS, mask=MASK)
    flat = np.concatenate([row[:, :n].T for row, n in zip(SIGNALS, LENGTHS, strict=True)])
    offsets = np.concatenate([[0], np.cumsum(LENGTHS)])
    for other in (
        load(X=SIGNALS, lengths=LENGTHS),
        load(X=SIGNALS, mask=MASK.astype(int)),
        load(X=flat, lengths=LENGTHS),
        load(X=flat, offsets=offsets),
    ):
        assert other.kind == by_mask.kind == "signals"
        np.testing.assert_array_equal(other.X, by_mask.X)
        assert other.lengths.tolist() == LENGTHS.tolist()
    np.testing.assert_array_equal(np.isnan(by_mask.X).all(axis=1), ~MASK)


def test_the_axis_of_a_mask_or_a_kind_says_where_positions_lie(load):
    sequences = SIGNALS.swapaxes(1, 2)
    data = load(X=sequences, mask=MASK)
    assert data.kind == "sequences"
    assert data.lengths.tolist() == LENGTHS.tolist()
    assert load(X=sequences, kind=np.array("sequences"), lengths=LENGTHS).kind == "sequences"
    flat = np.concatenate([row[:n] for row, n in zip(sequences, LENGTHS, strict=True)])
    again = load(X=flat, lengths=LENGTHS, kind=np.array("sequences"))
    np.testing.assert_array_equal(again.X, data.X)


def test_rows_of_one_channel_may_leave_its_axis_out(load):
    data = load(X=SIGNALS[:, 0], lengths=LENGTHS)
    assert (data.kind, data.X.shape) == ("signals", (6, 1, 9))
    assert load(X=SIGNALS[:, 0]).kind == "features"
    assert load(X=SIGNALS[:, 0], kind=np.array("signals")).X.shape == (6, 1, 9)


def test_whole_numbers_with_a_mask_are_tokens(load):
    tokens = RANDOM.integers(0, 5, size=(6, 9))
    data = load(X=tokens, mask=MASK)
    flat = load(X=tokens[MASK], lengths=LENGTHS)
    assert data.kind == flat.kind == "tokens"
    np.testing.assert_array_equal(data.X, flat.X)
    fitted = Preprocessing.fit(data.X, kind=data.kind)
    np.testing.assert_array_equal(fitted.transform(data.X), np.where(MASK, tokens, 0))
    np.testing.assert_array_equal(fitted.mask(data.X), MASK)
    assert Preprocessing.from_data(fitted.to_data()) == fitted


def test_test_rows_of_another_length_are_brought_to_the_same(load):
    data = load(X=SIGNALS, X_test=SIGNALS[:, :, :4], y_test=Y)
    assert data.X_test.shape == SIGNALS.shape
    assert set(lengths_of(data.X_test, "signals").tolist()) == {4}


def test_gaps_are_told_and_counted(load):
    X = SIGNALS.copy()
    X[1, 0, 3:5] = np.nan
    X[4, 1, 0] = np.nan
    note = load(X=X).notes[0]
    assert note.code == "gaps_filled"
    assert note.startswith("X: 3 missing numbers of 2 rows")


def test_a_group_is_never_in_two_parts_and_classes_stay_in_proportion(load):
    groups = np.repeat([f"person {n}" for n in range(12)], 20)
    y = np.tile([0, 1], 120)
    data = load(X=RANDOM.normal(size=(240, 1, 5)), y=y, groups=groups)
    for seed in range(20):
        parts = split_rows(
            y, "classification", validation=0.15, test=0.15, seed=seed, groups=data.groups
        )
        numbers = [parts.train, parts.validation, parts.test]
        people = [set(groups[rows]) for rows in numbers]
        assert not people[0] & people[1] | people[0] & people[2] | people[1] & people[2]
        assert sorted(np.concatenate(numbers)) == list(range(240))
        assert all(20 <= len(rows) <= 60 for rows in numbers[1:])
        assert all(np.bincount(y[rows]).min() == len(rows) // 2 for rows in numbers)


def test_too_few_groups_are_refused():
    with pytest.raises(DataError, match="2 groups, too few for 3 parts"):
        split_rows(
            Y,
            "classification",
            validation=0.2,
            test=0.2,
            seed=0,
            groups=np.array([0, 0, 0, 1, 1, 1]),
        )


def test_rows_are_put_in_the_order_of_their_time_and_cut_there(load):
    days = np.array(["2024-01-03", "2024-01-01", "2024-01-06", "2024-01-02", "2024-01-05",
                     "2024-01-04"], dtype="M8[D]")  # fmt: skip
    data = load(X=SIGNALS, y=np.arange(6.0) + 0.5, time=days)
    assert data.y.tolist() == [1.5, 3.5, 0.5, 5.5, 4.5, 2.5]
    parts = split_rows(data.y, "regression", validation=0.2, test=0.2, seed=3, spans=data.spans)
    assert [p.tolist() for p in (parts.train, parts.validation, parts.test)] == [
        [0, 1, 2, 3],
        [4],
        [5],
    ]


def test_names_are_texts(load):
    names = np.array(["Ada", "Ed", "Bo", "Di", "Cy", "Flo"])
    data = load(names=names, names_test=names[:2], y_test=Y[:2])
    assert (data.kind, data.X.tolist()) == ("text", names.tolist())
    assert data.lengths.tolist() == [3, 2, 2, 2, 2, 3]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": SIGNALS, "mask": MASK[:, :5]}, ["mask has shape (6, 5)"]),
        ({"X": SIGNALS, "mask": MASK * 2}, ["True or False"]),
        ({"X": SIGNALS, "mask": MASK, "lengths": LENGTHS}, ["both", "give one"]),
        ({"X": SIGNALS, "mask": MASK & (LENGTHS[:, None] > 1)}, ["leaves out all of row 4"]),
        ({"X": SIGNALS, "lengths": LENGTHS + 1}, ["from 1 to 9", "is 10 in row 0"]),
        ({"X": SIGNALS, "lengths": LENGTHS[:3]}, ["lengths must hold"]),
        ({"X": SIGNALS, "lengths": LENGTHS - 1}, ["from 1 to 9", "is 0 in row 4"]),
        ({"X": SIGNALS[:, 0], "offsets": np.array([0, 9])}, ["must rise from 0 to the 6"]),
        ({"X": SIGNALS[:, 0], "offsets": np.array([0, 4, 3, 6])}, ["must rise"]),
        ({"X": SIGNALS[:, 0], "offsets": np.array([0.0, 6.0])}, ["whole numbers"]),
        ({"X": SIGNALS, "groups": np.arange(5)}, ["groups has shape (5,)", "6 rows"]),
        ({"X": SIGNALS, "time": np.array([1, 2, 3, 4, 5, np.nan])}, ["none missing"]),
        ({"X": SIGNALS, "kind": np.array("sound")}, ["kind is 'sound'", "signals"]),
        ({"X": SIGNALS, "kind": np.array("tokens")}, ["no tokens"]),
        ({"X": SIGNALS[:, 0], "kind": np.array("tokens")}, ["whole numbers"]),
        ({"X": SIGNALS[:, :, :, None], "mask": MASK}, ["mask has shape"]),
        ({"names": np.array(["a"] * 6), "lengths": LENGTHS}, ["whose length shows"]),
        ({"names": np.array(["a", "", "b", "c", "d", "e"])}, ["Row 1", "no text"]),
        ({"X": SIGNALS * np.inf}, ["infinite"]),
        ({"X": SIGNALS[:, 0], "spans": np.zeros(6, int)}, ["two whole numbers"]),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(load, arrays, words):
    with np.errstate(all="ignore"), pytest.raises(DataError) as told:
        load(**arrays)
    for word in words:
        assert word in str(told.value)


def test_such_a_dataset_comes_back_from_its_archive(load, tmp_path):
    data = load(X=SIGNALS, mask=MASK, groups=np.arange(6) // 2)
    save_dataset(data, tmp_path / "again.npz")
    again = load_dataset(tmp_path / "again.npz")
    np.testing.assert_array_equal(again.X, data.X)
    np.testing.assert_array_equal(again.groups, data.groups)
    tokens = load(X=RANDOM.integers(0, 5, size=(6, 9)), mask=MASK)
    save_dataset(tokens, tmp_path / "tokens.npz")
    assert load_dataset(tmp_path / "tokens.npz").kind == "tokens"


def test_new_rows_of_an_archive_carry_their_lengths(tmp_path):
    np.savez(tmp_path / "new.npz", X=SIGNALS, lengths=LENGTHS)
    rows = read_rows(tmp_path / "new.npz")
    assert lengths_of(rows.X, "signals").tolist() == LENGTHS.tolist()


def test_lists_of_unlike_lengths_are_rows_in_memory():
    signals = [RANDOM.normal(size=(2, length)) for length in LENGTHS]
    data = dataset_of((signals, Y))
    assert (data.kind, data.X.shape) == ("signals", (6, 2, 9))
    assert data.lengths.tolist() == LENGTHS.tolist()
    sequences = dataset_of(([row.T for row in signals], Y))
    assert sequences.kind == "sequences"
    np.testing.assert_array_equal(sequences.X.swapaxes(1, 2), data.X)
    assert dataset_of(([row[0] for row in signals], Y)).X.shape == (6, 1, 9)
    tokens = dataset_of(([list(range(length)) for length in LENGTHS], Y))
    assert (tokens.kind, tokens.lengths.tolist()) == ("tokens", LENGTHS.tolist())
    assert dataset_of((["Ada", "Ed", "Bo", "Di", "Cy", "Flo"], Y)).kind == "text"
    with pytest.raises(DataError, match="channels"):
        dataset_of(([np.ones((2, 3)), np.ones((3, 4))] * 3, Y))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_with_their_channels_last_are_refused_unless_it_is_said(load, channels):
    X = np.zeros((6, 9, 8, channels), dtype=np.uint8)
    with pytest.raises(DataError, match=r"channels last.*moveaxis"):
        load(X=X)
    assert load(X=X, kind=np.array("images")).X.shape == X.shape
    assert load(X=np.moveaxis(X, -1, 1)).kind == "images"


@pytest.mark.parametrize("shape", [(6, 28, 28), (6, 50, 2)])
def test_signals_that_may_be_something_else_are_noted(load, shape):
    X = RANDOM.normal(size=shape)
    assert [note.code for note in load(X=X).notes] == ["axes_guessed"]
    assert not load(X=X, kind=np.array("signals")).notes
    assert not load(X=X.swapaxes(1, 2)[:, :2]).notes


def test_arrays_that_no_dataset_has_are_named(load):
    (note,) = load(X=SIGNALS, sample_weight=np.ones(6), extra=Y).notes
    assert note.code == "arrays_passed_over"
    assert str(note).endswith("extra, sample_weight")
