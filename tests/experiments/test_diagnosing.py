"""Diagnoses of result folders: written, read again, worked out of what an older folder holds."""

import json
from dataclasses import replace

import pytest

from axone.errors import ConfigurationError, ModelFileError
from axone.experiments import Experiment, diagnosis_of
from axone.experiments.diagnosing import worked_out, write_diagnosis
from axone.experiments.folder import CHECKPOINT, DIAGNOSIS, HISTORY, METRICS
from axone.experiments.remedies import finding_to_treat, treated
from axone.layers import Activation, BatchNorm, Dense, Dropout
from axone.messages import use_language
from axone.training import Diagnosis
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.remedies import lower_rate

SLOW = {"training": {"optimizer": {"name": "sgd", "learning_rate": 1e-6}, "epochs": 15}}


@pytest.fixture
def folder(tmp_path):
    Experiment.from_source("iris", SLOW).run(tmp_path / "run")
    return tmp_path / "run"


class TestFolders:
    def test_what_was_written_is_read_again_figures_and_all(self, folder):
        found = diagnosis_of(folder)
        assert found.codes[0] == "not_learning"
        assert found[0].evidence[0].figures["first"] > found[0].evidence[0].figures["last"]
        written = json.loads((folder / DIAGNOSIS).read_text())
        assert [finding.kept() for finding in found] == written

    def test_what_was_written_in_one_language_is_told_in_another(self, folder):
        use_language("fr")
        try:
            told = str(diagnosis_of(folder)[0])
        finally:
            use_language("en")
        assert "Remède" in told
        assert "loss" not in told

    def test_texts_without_their_messages_stand_as_they_were(self, folder):
        written = json.loads((folder / DIAGNOSIS).read_text())
        for finding in written:
            del finding["said"]
        (folder / DIAGNOSIS).write_text(json.dumps(written))
        found = diagnosis_of(folder)
        assert found.to_data() == written
        assert found[0].evidence[0].figures["first"] > found[0].evidence[0].figures["last"]

    def test_an_older_folder_is_diagnosed_by_what_it_holds(self, folder):
        before = diagnosis_of(folder)
        (folder / DIAGNOSIS).unlink()
        found = diagnosis_of(folder)
        assert found.codes == before.codes
        assert [str(each) for each in found.missing] == [
            "the gradients and the dead units of each layer, epoch by epoch"
        ]

    def test_without_its_checkpoint_the_weights_that_were_kept_stand_for_the_last(self, folder):
        (folder / CHECKPOINT).unlink()
        found = worked_out(folder)
        assert found.codes[0] == "not_learning"
        assert "the weights after the last step" in str(found.missing[1])

    def test_a_diverged_run_is_told_in_the_words_that_it_kept(self, tmp_path):
        settings = {"training": {"optimizer": {"name": "sgd", "learning_rate": 50.0}}}
        Experiment.from_source("diabetes", settings).run(tmp_path / "run")
        (tmp_path / "run" / DIAGNOSIS).unlink()
        found = diagnosis_of(tmp_path / "run")
        assert found.codes[0] == "diverged"
        assert "no longer a finite number" in found[0].symptom
        assert found[0].remedy.changes["training.optimizer.learning_rate"] <= 5.0

    @pytest.mark.parametrize("name", [HISTORY, METRICS])
    def test_what_is_missing_is_named(self, folder, name):
        (folder / name).unlink()
        with pytest.raises(ModelFileError, match=f"holds no {name}"):
            worked_out(folder)

    @pytest.mark.parametrize("name", [HISTORY, METRICS, DIAGNOSIS])
    @pytest.mark.parametrize("content", ["", "[", "[1]", '{"a": [', "epoch\nx", "\x00\xff"])
    def test_a_damaged_file_is_named(self, folder, name, content):
        (folder / name).write_text(content)
        with pytest.raises(ModelFileError, match=f"{name} is damaged"):
            diagnosis_of(folder) if name == DIAGNOSIS else worked_out(folder)

    def test_an_interrupted_run_is_not_judged(self, folder):
        result = Experiment.from_source("iris", SLOW).run().training
        (folder / DIAGNOSIS).unlink()
        write_diagnosis(replace(result, stopped_by="interrupted"), folder)
        assert not (folder / DIAGNOSIS).exists()


class TestRemedies:
    def prepared(self, **network):
        settings = {"network": network, "training": {"epochs": 1}}
        return Experiment.from_source("iris", settings).run().prepared.experiment

    def layers(self, changes, **network):
        return treated(self.prepared(**network), changes).settings.network.layers

    def test_settings_are_changed_by_their_keys(self):
        found = treated(
            self.prepared(),
            {
                "training.optimizer.learning_rate": 0.5,
                "data.scaling": "min_max",
                "training.stopping": {"loss_patience": 7},
            },
        ).settings
        assert found.training.optimizer.learning_rate == 0.5
        assert type(found.data.scaling).__name__ == "MinMax"
        assert found.training.stopping.loss_patience == 7

    def test_the_hidden_layers_are_activated_otherwise_and_the_last_is_left_alone(self):
        hidden, more, last = self.layers({"network.activation": "tanh"}, hidden=[4, 3])
        assert [type(each.function).__name__ for each in (hidden, more, last)] == [
            *("Tanh", "Tanh", "Softmax")
        ]

    @pytest.mark.filterwarnings("ignore:All weights of layer 0 start at the same value")
    def test_first_weights_become_the_usual_ones(self):
        start = {"name": "constant", "value": 1.0}
        layers = [
            {"name": "dense", "units": 4, "initializer": start, "bias_initializer": start},
            {"name": "dense", "units": 3, "activation": "softmax"},
        ]
        hidden, _last = self.layers({"network.initializer": None}, layers=layers)
        assert hidden == Dense(4)

    def test_dropout_is_put_behind_what_is_activated(self):
        found = self.layers({"network.dropout": 0.3}, hidden=[4, 3], batch_norm=True, dropout=0.9)
        kinds = [type(layer) for layer in found]
        assert kinds == [*(2 * [Dense, BatchNorm, Activation, Dropout]), Dense]
        assert {layer.rate for layer in found if isinstance(layer, Dropout)} == {0.3}

    def test_batch_norm_is_put_between_weights_and_activation(self):
        found = self.layers({"network.batch_norm": True}, hidden=[4])
        assert [type(layer) for layer in found] == [Dense, BatchNorm, Activation, Dense]
        again = {"network.batch_norm": True}
        assert self.layers(again, hidden=[4], batch_norm=True) == found

    @pytest.mark.parametrize(("before", "after"), [([], [64, 32]), ([2], [64]), ([9, 9], [70, 64])])
    def test_hidden_layers_get_other_sizes(self, before, after):
        *hidden, _last = self.layers({"network.hidden": after}, hidden=before)
        assert [layer.units for layer in hidden] == after

    def test_a_convolutional_network_keeps_its_convolutions(self):
        layers = [
            {"name": "reshape", "shape": [1, 4]},
            {"name": "conv1d", "channels": 2, "kernel_size": 3, "activation": "relu"},
            {"name": "flatten"},
            {"name": "dense", "units": 4, "activation": "relu"},
            {"name": "dense", "units": 3, "activation": "softmax"},
        ]
        changes = {"network.hidden": [8], "network.activation": "leaky_relu"}
        found = self.layers(changes, layers=layers)
        assert [type(layer).__name__ for layer in found] == [
            *("Reshape", "Conv1D", "Flatten", "Dense", "Dense")
        ]
        assert found[3].units == 8
        assert type(found[1].function).__name__ == "LeakyReLU"

    def test_an_optimiser_without_a_rate_is_changed_where_a_lower_one_would_help(self):
        settings = {
            "data": {"scaling": "none"},
            "network": {"hidden": [16, 16], "activation": "tanh"},
            "training": {"optimizer": "lbfgs", "epochs": 3, "l2": 1e-3},
        }
        result = Experiment.from_source("wine", settings).run()
        case = Case(result.training.evidence)
        changes = lower_rate(case).changes
        assert changes == {"training.optimizer": "adam"}
        again = treated(result.prepared.experiment, changes).settings.training.optimizer
        assert type(again).__name__ == "Adam"

    def test_what_has_no_remedy_is_told_so(self):
        with pytest.raises(ConfigurationError, match="Nothing was found wrong"):
            finding_to_treat(Diagnosis(), 1)
