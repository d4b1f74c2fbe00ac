"""Rows that come in chunks are kept in a folder and trained on as if they were in memory."""

import os
import subprocess
import sys

import numpy as np
import pytest

import axone as ax

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(90, 3)).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(int)
WEIGHT = RANDOM.uniform(0.5, 2, size=90).astype(np.float32)


@pytest.fixture
def trainer():
    return ax.Trainer(
        ax.Network(ax.Dense(4, "relu"), ax.Dense(2, "softmax"), input_shape=3), loss="cce"
    )


def cut(*arrays, at=(40, 41)):
    return zip(*(np.split(array, at) for array in arrays), strict=True)


@pytest.mark.parametrize("arrays", [(X, Y), (X, Y, WEIGHT)])
@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_training_gives_the_bits_of_rows_in_memory(tmp_path, arrays, engine):
    network = ax.Network(ax.Dense(4, "relu"), ax.Dense(2, "softmax"), input_shape=3)
    trainer = ax.Trainer(network, loss="cce", engine=engine)
    stored = trainer.store(cut(*arrays), tmp_path / "rows")
    assert len(stored) == 90
    from_disk = trainer.fit(stored, stored, max_epochs=4)
    from_memory = trainer.fit(arrays, arrays, max_epochs=4)
    np.testing.assert_array_equal(from_disk.parameters.vector, from_memory.parameters.vector)
    for column in ("train_loss", "validation_loss", "validation_accuracy"):
        assert from_disk.history[column] == from_memory.history[column]


def test_another_process_reads_them_and_nothing_is_copied(tmp_path, trainer):
    stored = trainer.store(cut(X.astype(float), Y, WEIGHT), tmp_path)
    again = ax.load_examples(tmp_path)
    for name in ("X", "target", "weight"):
        np.testing.assert_array_equal(getattr(again, name), getattr(stored, name))
    assert again.mask is None
    assert again.X.dtype == np.float32
    assert np.shares_memory(trainer.examples(again).X, again.X)
    # They are NPY files as anybody reads them.
    np.testing.assert_array_equal(np.load(tmp_path / "X.npy", allow_pickle=False), X)


def test_tokens_and_masks_are_stored_too(tmp_path):
    tokens = RANDOM.integers(0, 5, size=(20, 4))
    mask = np.arange(4) < RANDOM.integers(1, 5, size=20)[:, None]
    network = ax.Network(
        ax.Embedding(5, 3), ax.Recurrent(ax.RNNCell(4)), ax.LastStep(), ax.Dense(1), input_shape=4
    )
    trainer = ax.Trainer(network, loss="mse", engine="reference")
    examples = ax.Examples(tokens, RANDOM.normal(size=20), mask=mask)
    stored = trainer.store(examples.chunks(6), tmp_path)
    assert stored.X.dtype.kind == "i"
    np.testing.assert_array_equal(stored.mask, mask)
    np.testing.assert_array_equal(
        trainer.fit(stored, max_epochs=2).parameters.vector,
        trainer.fit(examples, max_epochs=2).parameters.vector,
    )


def spoilt(number, **changes):
    """Chunks of which one is changed."""
    for n, (x, y) in enumerate(cut(X, Y), start=1):
        rows = {"X": x, "y": y, **(changes if n == number else {})}
        yield tuple(rows.values())


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        (spoilt(2, X=np.full((1, 3), np.nan)), "chunk 2: X holds NaN or infinite numbers"),
        (spoilt(2, y=np.array([7])), r"chunk 2: Class numbers must be whole and lie in 0 … 1"),
        (spoilt(3, y=Y[:3]), "chunk 3: 49 rows in X, but 3 targets"),
        (spoilt(2, X=np.zeros((0, 3)), y=Y[:0]), "chunk 2: there are no rows"),
        (spoilt(3, weight=np.ones(49)), r"Chunk 3 .* only some have a weight"),
        (spoilt(2, y=np.eye(2)[:1]), r"Chunk 2 .* target has rows of shape .2.* before they were"),
        (iter(()), "There are no chunks"),
    ],
)
def test_a_chunk_that_cannot_be_taken_is_named_and_nothing_is_left(
    tmp_path, trainer, chunks, message
):
    with pytest.raises(ax.AxoneError, match=message):
        trainer.store(chunks, tmp_path / "rows")
    assert list((tmp_path / "rows").iterdir()) == []


def test_what_the_source_has_to_say_arrives_as_it_is(tmp_path, trainer):
    def chunks():
        yield X, Y
        raise ConnectionError("the data base went away")

    with pytest.raises(ConnectionError, match="the data base went away"):
        trainer.store(chunks(), tmp_path / "rows")
    assert list((tmp_path / "rows").iterdir()) == []


def test_rows_that_are_there_are_not_written_over(tmp_path, trainer):
    trainer.store(cut(X, Y), tmp_path)
    with pytest.raises(ax.DataError, match=r"holds stored rows already.*load_examples"):
        trainer.store(cut(X, Y), tmp_path)
    assert len(ax.load_examples(tmp_path)) == 90


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, trainer):
    tmp_path.chmod(0o500)
    with pytest.raises(ax.DataError, match=r"Cannot write .*Permission denied"):
        trainer.store(cut(X, Y), tmp_path / "rows")


def shortened(folder):
    (folder / "X.npy").write_bytes((folder / "X.npy").read_bytes()[:-4])


def pickled(folder):
    np.save(folder / "target.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)


def fewer(folder):
    np.save(folder / "target.npy", Y[:5])


def missing(folder):
    (folder / "target.npy").unlink()


def scalar(folder):
    np.save(folder / "X.npy", np.float32(1))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shortened, "X.npy holds no rows that can be read"),
        (pickled, "target.npy holds no rows that can be read"),
        (fewer, "90 rows in X, but 5 in target"),
        (missing, "target.npy holds no rows that can be read: No such file"),
        (scalar, "X.npy holds no rows of numbers"),
    ],
)
def test_files_that_are_not_what_was_stored_are_refused(tmp_path, trainer, damage, message):
    trainer.store(cut(X, Y), tmp_path)
    damage(tmp_path)
    with pytest.raises(ax.DataError, match=message):
        ax.load_examples(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for its peak memory")
def test_memory_does_not_grow_with_the_rows(tmp_path):
    """200 MB of rows are stored by a process that may not hold them."""
    program = """
import resource, sys
import numpy as np, axone as ax
trainer = ax.Trainer(ax.Network(ax.Dense(1), input_shape=250), loss="mse")
def chunks(count):
    for number in range(count):
        yield np.full((2000, 250), number, np.float32), np.zeros(2000)
trainer.store(chunks(1), sys.argv[1] + "/first")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
stored = trainer.store(chunks(100), sys.argv[1] + "/all")
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(len(stored), grown // 1024)
"""
    finished = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    rows, megabytes = map(int, finished.stdout.split())
    assert rows == 200_000
    assert megabytes < 50
