"""Scripts in Axone's Python end with the weights of the run, to the last bit."""

import numpy as np
import pytest
from PIL import Image

from axone.experiments import Experiment

BLOCK = {
    "name": "residual",
    "layers": [{"name": "conv2d", "channels": 3, "kernel_size": 3, "padding": "same"}],
    "shortcut": [{"name": "conv2d", "channels": 3, "kernel_size": 1}],
}
CONVOLUTIONS = [BLOCK, "batch_norm", "global_pool", {"name": "dense", "units": 3}]
CONVOLUTIONS[-1]["activation"] = "softmax"


@pytest.mark.parametrize("source", ["iris", "wine", "diabetes"])
def test_a_script_ends_with_the_weights_of_the_run(experiment, script, learnt, source):
    described = experiment(source, {"dtype": "float32", "training": {"epochs": 30}})
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


@pytest.mark.parametrize(
    "settings",
    [
        {"network": {"hidden": [5], "dropout": 0.2, "activation": "z * sigmoid(1.5*z)"}},
        {"network": {"hidden": [5], "batch_norm": True}, "training": {"schedule": "one_cycle"}},
        {"data": {"scaling": "minmax", "validation": 0.0, "test": 0.3}, "seed": 7},
        {"training": {"class_weight": "balanced", "l2": 0.1, "clip_norm": 1.0}},
        {"training": {"class_weight": {"setosa": 2.0}, "stopping": {"patience": 2}}},
        {"training": {"restore_best": False, "optimizer": {"name": "momentum", "beta": 0.8}}},
        {"network": {"layer_names": ['in"', "a'b", "{c}", "out"]}},
    ],
)
def test_every_setting_is_in_the_script(experiment, script, learnt, settings):
    training = {"epochs": 4} | settings.get("training", {})
    described = experiment("iris", settings | {"training": training})
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


def test_a_table_is_read_as_the_run_reads_it(here, experiment, script, learnt):
    rows = "\n".join(f"{i % 7};{'rgb'[i % 3]};{i % 7 * 2.5 + i % 3}" for i in range(60))
    (here / "table.csv").write_text(f"size;colour;price\n{rows}\n")
    columns = {"size": "category"}
    data = {"target": "price", "task": "regression", "columns": columns}
    described = experiment("table.csv", {"data": data, "training": {"epochs": 3}})
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


def test_generated_rows_are_made_anew(experiment, script, learnt):
    described = experiment(
        "moons", {"seed": 3, "data": {"options": {"rows": 80}}, "training": {"epochs": 2}}
    )
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


def test_several_targets_and_quantiles_are_learnt_alike(here, experiment, script, learnt):
    random = np.random.default_rng(0)
    np.savez(here / "two.npz", X=random.normal(size=(50, 3)), y=random.normal(size=(50, 2)))
    for loss, printed in (("mse", True), ({"name": "quantile", "levels": [0.1, 0.5, 0.9]}, False)):
        described = experiment("two.npz", {"training": {"epochs": 2, "loss": loss}})
        names = script(described)
        assert np.array_equal(names["result"].parameters.vector, learnt(described))
        assert ("R² (test)" in names["printed"]) is printed


def test_a_folder_of_images_is_read_anew(here, experiment, script, learnt):
    random = np.random.default_rng(0)
    for name in "ab":
        (here / "pictures" / name).mkdir(parents=True)
        for number in range(10):
            pixels = random.integers(0, 255, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(here / "pictures" / name / f"{number}.png")
    described = experiment("pictures", {"network": {"hidden": [4]}, "training": {"epochs": 2}})
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


def test_blocks_of_layers_are_written_as_they_are_nested(experiment, script, learnt, images):
    settings = {"network": {"layers": CONVOLUTIONS}, "training": {"epochs": 2}}
    described = experiment(images, settings)
    assert np.array_equal(script(described)["result"].parameters.vector, learnt(described))


def test_a_script_says_how_good_the_model_is(experiment, script):
    assert "accuracy (test): 0." in script(experiment("iris"))["printed"]
    few = {"training": {"epochs": 2}}
    assert "R² (test): " in script(experiment("diabetes", few))["printed"]


@pytest.mark.parametrize("name", ["'); boom = 1 #.csv", "a\"\"\"b'''.csv", "é\\n{x}%s.csv"])
def test_hostile_names_stay_texts(here, script, learnt, name):
    column = '"); boom = 1 #\n\'"""'
    quoted = '"' + column.replace('"', '""') + '"'
    rows = "\n".join(f"{i % 5},{i % 3}" for i in range(40))
    (here / name).write_text(f"{quoted},kind\n{rows}\n", encoding="utf-8")
    settings = {
        "data": {"target": "kind", "columns": {column: "category"}, "missing": ["'); boom = 1"]},
        "training": {"epochs": 1},
    }
    names = script(described := Experiment.from_source(name, settings))
    assert "boom" not in names
    assert np.array_equal(names["result"].parameters.vector, learnt(described))
