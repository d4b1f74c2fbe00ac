"""Checkpoints: when they are written, and which files are refused."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save

import axone as ax
from axone.engines import RunState, get_engine
from axone.errors import ConfigurationError, DataError, ModelFileError
from axone.files import read_tensors
from axone.training.checkpoint import load_checkpoint

X = np.random.default_rng(0).normal(size=(12, 2))
LABELS = (X[:, 0] > 0) * 1


def network(units=3):
    return ax.Network(ax.Dense(units, "tanh"), ax.Dense(2, "softmax"), input_shape=2)


def fit(path, X=X, y=LABELS, validation=None, units=3, **settings):
    fitting = {"resume", "checkpoint_seconds", "max_epochs", "after_epoch"}
    of_fit = {name: settings.pop(name) for name in fitting & set(settings)}
    trainer = ax.Trainer(network(units), **({"loss": "cce", "batch_size": 4} | settings))
    return trainer.fit((X, y), validation, **({"max_epochs": 3, "checkpoint": path} | of_fit))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a checkpoint."""
    path = tmp_path_factory.mktemp("good") / "run.safetensors"
    fit(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


def resume_from(folder, content, **settings):
    path = folder / "run.safetensors"
    path.write_bytes(content)
    return fit(path, resume=True, **settings)


class TestWriting:
    def test_it_is_written_at_the_end(self, tmp_path):
        path, seen = tmp_path / "run.safetensors", []
        fit(path, after_epoch=lambda history: seen.append(path.exists()))
        assert seen == [False, False, False]
        assert path.exists()

    def test_it_is_written_as_often_as_asked(self, tmp_path):
        path, seen = tmp_path / "run.safetensors", []
        notes = {"after_epoch": lambda history: seen.append(path.exists())}
        fit(path, checkpoint_seconds=0, engine="reference", **notes)
        # Between batches too, so that a killed run never loses a long epoch.
        assert seen == [True, True, True]

    def test_a_diverged_run_leaves_the_last_good_one(self, tmp_path):
        path = tmp_path / "run.safetensors"
        linear = ax.Trainer(ax.Network(ax.Dense(1), input_shape=2), loss="mse", optimizer=ax.SGD(9))
        result = linear.fit((X, LABELS), max_epochs=99, checkpoint=path, checkpoint_seconds=0)
        assert result.stopped_by == "diverged"
        with safe_open(path, framework="numpy") as file:
            assert np.isfinite(file.get_tensor("parameters")).all()
            assert len(file.get_tensor("history.epoch")) == result.epochs

    def test_a_failed_write_leaves_the_old_one_and_no_litter(self, tmp_path, monkeypatch, good):
        path = tmp_path / "run.safetensors"
        path.write_bytes(good)

        def full(descriptor):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.warns(UserWarning, match=r"goes on .*Cannot write .*run.safetensors: No space"):
            assert fit(path).stopped_by == "max_epochs"
        assert path.read_bytes() == good
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(DataError, match=r"Cannot write .*nowhere.*No such file"):
            fit(tmp_path / "nowhere" / "run.safetensors")

    def test_a_network_of_ones_own_classes_is_refused(self, tmp_path):
        class Silent(ax.ActivationFunction):
            def value(self, z):
                return 0 * z

            def derivative(self, z, a):
                return 0 * z

        layers = ax.Network(ax.Dense(2, Silent()), ax.Dense(2, "softmax"), input_shape=2)
        trainer = ax.Trainer(layers, loss="cce", engine="reference")
        with pytest.raises(ConfigurationError, match="no name that a file could hold"):
            trainer.fit((X, LABELS), max_epochs=1, checkpoint=tmp_path / "run.safetensors")

    def test_numbers_of_numpys_types_are_saved(self, tmp_path):
        path = tmp_path / "run.safetensors"
        numbers = {"l2": np.float32(0.5), "clip_norm": np.float64(1), "seed": np.int64(3)}
        fit(path, optimizer=ax.Adam(np.float32(0.25)), **numbers)
        plain = {"l2": 0.5, "clip_norm": 1.0, "seed": 3}
        assert fit(path, optimizer=ax.Adam(0.25), resume=True, **plain).epochs == 3


class TestRefusals:
    @given(share=st.floats(0, 0.999))
    def test_a_truncated_checkpoint_is_refused_with_its_name(self, share, good, folder):
        with pytest.raises(ModelFileError, match=r"run.safetensors"):
            resume_from(folder, good[: int(len(good) * share)])

    @given(content=st.binary(max_size=200))
    def test_bytes_of_any_kind_are_refused(self, content, folder):
        with pytest.raises(ModelFileError, match="is not a checkpoint"):
            resume_from(folder, content)

    @given(place=st.integers(0, 400), byte=st.integers(0, 255))
    def test_a_damaged_header_is_refused_or_does_no_harm(self, place, byte, good, folder):
        content = bytearray(good)
        content[place] = byte
        try:
            outcome = resume_from(folder, bytes(content)).epochs
        except ModelFileError as error:
            outcome = str(error)
        assert outcome == 3 or "run.safetensors" in outcome

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ModelFileError, match=r"nowhere.safetensors is not a checkpoint"):
            fit(tmp_path / "nowhere.safetensors", resume=True)

    def test_a_folder_is_refused(self, tmp_path):
        with pytest.raises(ModelFileError, match="is not a checkpoint that can be read"):
            fit(tmp_path, resume=True)

    def test_safetensors_of_another_program_are_refused(self, folder):
        with pytest.raises(ModelFileError, match="is not a checkpoint of Axone's"):
            resume_from(folder, save({"weights": np.zeros(3)}))

    def test_a_file_too_large_to_be_one_is_not_read(self, tmp_path, monkeypatch, good):
        monkeypatch.setattr("axone.files.MODEL_BYTES", len(good) - 1)
        with pytest.raises(ModelFileError, match="larger than 0 GiB: not read"):
            resume_from(tmp_path, good)

    @pytest.mark.parametrize(
        "other",
        [
            {"units": 4},
            {"loss": {"name": "mse"}, "y": np.eye(2)[LABELS]},
            {"optimizer": "sgd"},
            {"optimizer": ax.Adam(0.002)},
            {"schedule": "cosine"},
            {"batch_size": 5},
            {"l1": 0.1},
            {"l2": 0.1},
            {"clip_value": 1.0},
            {"clip_norm": 1.0},
            {"dtype": "float64"},
            {"seed": 1},
            {"shuffle": False},
            {"X": X + 1},
            {"y": 1 - LABELS},
            {"X": X[:11], "y": LABELS[:11]},
            {"validation": (X, LABELS)},
        ],
        ids=",".join,
    )
    def test_a_checkpoint_of_another_run_is_refused(self, other, good, folder):
        with pytest.raises(ModelFileError, match="other settings or other data: only the number"):
            resume_from(folder, good, **other)

    def test_only_the_number_of_epochs_may_change(self, good, folder):
        assert resume_from(folder, good, max_epochs=5).epochs == 5
        assert resume_from(folder, good, max_epochs=2).epochs == 3


class TestDamage:
    """Files whose format and fingerprint are right and whose content is not."""

    @pytest.fixture
    def parts(self, tmp_path, good):
        path = tmp_path / "whole.safetensors"
        path.write_bytes(good)
        metadata, tensors = read_tensors(path, "checkpoint")
        return tensors, metadata

    @pytest.mark.parametrize(
        "damage",
        [
            lambda tensors, metadata: tensors.pop("best.parameters"),
            lambda tensors, metadata: tensors.pop("slot.first_moment"),
            lambda tensors, metadata: tensors.update({"slot.first_moment": np.zeros(3)}),
            lambda tensors, metadata: tensors.update(parameters=np.zeros(4, np.float32)),
            lambda tensors, metadata: tensors.update(buffers=np.zeros(1, np.float32)),
            lambda tensors, metadata: tensors.update({"history.epoch": np.zeros(9)}),
            lambda tensors, metadata: tensors.pop("history.train_loss"),
            lambda tensors, metadata: metadata.pop("position"),
            lambda tensors, metadata: metadata.update(position="[1, 2]"),
            lambda tensors, metadata: metadata.update(position="[2, 0, 9]"),
            lambda tensors, metadata: metadata.update(position="nothing"),
            lambda tensors, metadata: metadata.update(totals='{"lost": 1}'),
            lambda tensors, metadata: metadata.update(totals="3"),
            lambda tensors, metadata: metadata.update(seconds="long"),
            lambda tensors, metadata: metadata.update(best_epoch="1.5"),
            lambda tensors, metadata: metadata.update(best_epoch="9"),
            lambda tensors, metadata: metadata.update(position="[3, -1, 9]"),
            lambda tensors, metadata: metadata.update(learning_rate="nan"),
            lambda tensors, metadata: metadata.update(
                totals='{"loss": "x", "penalty": 0, "weight": 0, "rows": 0, "hits": []}'
            ),
            lambda tensors, metadata: tensors.update(parameters=tensors["parameters"].astype("f8")),
            lambda tensors, metadata: tensors.update({"best.parameters": np.zeros(20, np.int64)}),
        ],
    )
    def test_it_is_refused_with_what_is_wrong(self, damage, parts, folder):
        tensors, metadata = parts
        damage(tensors, metadata)
        with pytest.raises(ModelFileError, match=r"run.safetensors is a damaged checkpoint: "):
            resume_from(folder, save(tensors, metadata))


def test_no_flipped_bit_goes_unnoticed(good, folder):
    """Of a checkpoint as it is written: in its weights, its history and its words alike."""
    random = np.random.default_rng(0)
    whole = resume_from(folder, good).parameters.vector
    noticed = 0
    for place in random.choice(8 * len(good), 300, replace=False):
        damaged = bytearray(good)
        damaged[place // 8] ^= 1 << (place % 8)
        try:
            resumed = resume_from(folder, bytes(damaged))
        except ModelFileError:
            noticed += 1
        else:
            # Padding of the file's own: nothing that was written has changed.
            np.testing.assert_array_equal(resumed.parameters.vector, whole)
    assert noticed > 290


def test_a_run_that_an_earlier_version_left_half_way_goes_on_to_its_end(folder):
    """Written by 0.1.0 before checkpoints had checksums, at epoch 3 of what was to be 6."""
    kept = Path(__file__).parents[1] / "kept_files"
    wanted = json.loads((kept / "run_half_way.json").read_text(encoding="utf-8"))
    path = folder / "run.safetensors"
    path.write_bytes((kept / "run_half_way.safetensors").read_bytes())
    rows = np.linspace(-1, 1, 24).reshape(12, 2) ** 3, np.arange(12) % 2
    trainer = ax.Trainer(
        ax.Network(ax.Dense(3, "tanh"), ax.Dense(2, "softmax"), input_shape=2),
        loss="cce",
        optimizer="adam",
        batch_size=5,
        l2=0.1,
        clip_norm=2.0,
        engine="reference",
        dtype="float64",
        seed=7,
    )
    result = trainer.fit(rows, rows, max_epochs=6, checkpoint=path, resume=True)
    np.testing.assert_allclose(result.history["train_loss"], wanted["losses"], rtol=1e-12)
    np.testing.assert_allclose(result.parameters.vector, wanted["weights"], rtol=1e-10)


def test_every_bit_of_a_run_is_kept(tmp_path):
    path = tmp_path / "run.safetensors"
    result = fit(path, validation=(X, LABELS))
    metadata, _tensors = read_tensors(path, "checkpoint")
    program = get_engine().compile(ax.Trainer(network(), loss="cce").recipe)
    like = program.start(network().initialize())
    saved = load_checkpoint(path, like, {metadata["fingerprint"]})
    assert isinstance(saved.state, RunState)
    assert saved.best.vector.tobytes() == result.parameters.vector.tobytes()
    assert {name: saved.history[name] for name in saved.history} == dict(result.history)
    assert json.loads(metadata["position"]) == [3, 0, 9]
    assert (saved.state.epoch, saved.state.batch, saved.state.step) == (3, 0, 9)
    assert saved.state.losses == result.history["train_loss"]
    assert saved.best_epoch == result.best_epoch
    assert saved.seconds >= result.history["seconds"][-1]
