"""What a page designs becomes a run, or is refused in words at the setting that is at fault."""

import copy

import pytest

from axone.playground.bench import FIRST
from axone.playground.designs import Designer, RefusedDesignError
from axone.playground.sources import Sources


def design(sources=None, **changes):
    """Two spirals with other settings, by their dotted names."""
    data = copy.deepcopy(dict(FIRST))
    for name, value in changes.items():
        *path, last = name.split("__")
        below = data
        for part in path:
            below = below.setdefault(part, {})
        below[last] = value
    return Designer(sources or Sources()).design(data)


def layers(*units):
    return [{"name": "dense", "units": n, "activation": "relu"} for n in units]


@pytest.mark.parametrize(
    ("source", "outputs", "activation"),
    [("spirals", 2, "Softmax"), ("three_spirals", 3, "Softmax"), ("diabetes", 1, "Identity")],
)
def test_the_output_layer_follows_from_the_data(source, outputs, activation):
    made = design(data={"source": source}, network__hidden_layers=layers(4, 3))
    sizes = [layer.units for layer in made.prepared.network.layers]
    assert sizes == [4, 3, outputs]
    assert type(made.prepared.network.layers[-1].function).__name__ == activation


def test_an_output_layer_may_be_given():
    one = {"name": "dense", "units": 1, "activation": "sigmoid"}
    made = design(network={"hidden_layers": layers(4), "output_layer": one})
    assert made.prepared.network.output_shape == (1,)
    assert type(made.prepared.loss).__name__ == "BinaryCrossEntropy"


def test_the_weights_that_are_there_are_kept_and_nothing_stops_the_run_by_itself():
    training = design().prepared.experiment.settings.training
    assert not training.restore_best
    assert training.stopping.model_dump(exclude={"warmup_epochs"}) == {
        "loss_tolerance": None,
        "patience": None,
        "loss_patience": None,
    }


def test_rows_are_made_ready_once_for_several_networks():
    designer = Designer(Sources())
    first = designer.design({"data": {"source": "iris"}, "network": {"hidden_layers": layers(3)}})
    other = designer.design({"data": {"source": "iris"}, "network": {"hidden_layers": layers(9)}})
    assert first.prepared.parts["train"].X is other.prepared.parts["train"].X
    scaled = designer.design({"data": {"source": "iris", "scaling": "minmax"}})
    assert scaled.prepared.parts["train"].X is not other.prepared.parts["train"].X


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"training__l2": -1}, "training.l2", "greater than or equal to 0"),
        ({"training__optimizer": {"name": "adm"}}, "training.optimizer", "Did you mean 'adam'"),
        (
            {"training__optimizer": {"name": "adam", "learning_rate": -1}},
            "training.optimizer",
            "learning_rate must be greater than 0",
        ),
        (
            {"network__hidden_layers": [{"name": "dense", "units": 3, "activation": "tahn"}]},
            "network.hidden_layers.0",
            "Did you mean 'tanh'",
        ),
        (
            {"network__hidden_layers": [*layers(3), {"name": "conv2d"}]},
            "network.hidden_layers.1",
            "",
        ),
        ({"network__hidden_layers": layers(10**6, 10**6)}, "network.hidden_layers", "parameters"),
        ({"network__hidden_layers": layers(2100, 2100)}, "network.hidden_layers", "fewer units"),
        ({"network__hidden_layers": "x"}, "network.hidden_layers", "a list of layers"),
        ({"network__start_from": "/etc/passwd"}, "network.start_from", "no such setting"),
        ({"network__units": 3}, "network.units", "no such setting"),
        ({"data__source": "/etc/passwd"}, "data.source", "unknown dataset"),
        ({"data__source": "../iris.csv"}, "data.source", "unknown dataset"),
        ({"data__source": "upload:iris.csv"}, "data.source", "unknown file that was given"),
        ({"data__source": "sqlite:///x.db"}, "data.source", "unknown dataset"),
        ({"data__source": "-"}, "data.source", "unknown dataset"),
        ({"data__source": None}, "data.source", "no data are chosen"),
        ({"data__query": "select 1"}, "data.query", "asks no database"),
        ({"data__options": {"rows": 10**9}}, "data.options.rows", "100,000"),
        ({"data__options": {"noise": "x"}}, "data", "noise"),
        ({"data__validation": 1.5}, "data.validation", "less than 1"),
        ({"tuning": {}}, "", "no setting 'tuning'"),
        ({"data": []}, "data", "a table of settings"),
        ({"seed": -1}, "seed", "greater than or equal to 0"),
        ({"dtype": "float16"}, "dtype", "float32"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_at_its_place(changes, place, words):
    with pytest.raises(RefusedDesignError) as refused:
        design(**changes)
    assert refused.value.place == place
    assert words in refused.value.words
    assert not place or not refused.value.words.startswith(place)


@pytest.mark.parametrize("given", [None, 3, "x", [], {"data": {"source": 1}}])
def test_what_is_no_design_is_refused(given):
    with pytest.raises(RefusedDesignError):
        Designer(Sources()).design(given)


def test_a_file_that_was_given_is_read_and_known_by_its_name_alone(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text("width,length,kind\n" + "1,2,a\n2,3,b\n3,1,a\n4,4,b\n" * 10)
    sources = Sources()
    assert sources.add("flowers.csv", path) == "upload:flowers.csv"
    made = design(sources, data={"source": "upload:flowers.csv", "target": "kind"})
    assert made.prepared.dataset.class_names == ("a", "b")
    assert sources.named(made.prepared.experiment.settings.data.source) == "upload:flowers.csv"
