"""`axone check-gradients`: what is checked, what is told, and the exit status."""

import json

import pytest

import axone as package
from axone.layers import Dense


@pytest.fixture
def wrong_biases(monkeypatch):
    """Dense layers that forget a factor in ∂L/∂b."""
    right = Dense._gradients

    def gradients(layer, parameters, cache, delta, dy):
        found = right(layer, parameters, cache, delta, dy)
        return found | {"bias": found["bias"] / len(delta)}

    monkeypatch.setattr(Dense, "_gradients", gradients)


def checked(axone, *words, status=0):
    return json.loads(axone("check-gradients", *words, "--json", status=status).stdout)


def test_a_table_tells_of_every_tensor_and_both_engines(axone):
    text = axone("check-gradients", "iris").stdout
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["Tensor", "Shape", "Entries", "reference", "native", "Verdict"]
    assert [line.split()[0] for line in lines[3:10]] == [
        "x",
        *(f"{layer}.{name}" for layer in range(3) for name in ("weight", "bias")),
    ]
    assert all(line.endswith("right") for line in lines[3:10])
    assert lines[-1].startswith("Right: backpropagation agrees")


def test_a_wrong_gradient_ends_with_status_1_and_the_layer_to_blame(axone, wrong_biases):
    result = axone("check-gradients", "iris", "--hidden", "8", status=1)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2:] == [
        "Wrong: layer 0 (Dense): ∂L/∂bias is wrong.",
        "Wrong: layer 1 (Dense): ∂L/∂bias is wrong.",
    ]
    assert "layer 0 (Dense), ∂L/∂bias:" in lines
    assert checked(axone, "iris", status=1)["verdict"] == "wrong"


def test_json_holds_every_tensor_with_its_worst_entries(axone):
    found = checked(axone, "iris", "--entries", "5", "--rows", "3")
    assert (found["verdict"], found["rows"], found["culprits"]) == ("right", 3, [])
    reference = found["engines"][0]
    weight = next(tensor for tensor in reference["tensors"] if tensor["name"] == "0.weight")
    assert (weight["entries"], weight["directions"], weight["size"]) == (5, 2, 256)
    assert weight["relative_error"] < 1e-7
    assert len(weight["worst"][0]["index"]) == 2
    assert [part["verdict"] for part in found["parts"]] == ["right"] * 4


@pytest.mark.parametrize(
    "words",
    [
        ("iris", "--hidden", "4,4", "--activation", "tanh", "--dropout", "0.3", "--l2", "0.5"),
        ("diabetes", "--hidden", "", "--loss", "mae"),
        ("calculator", "--loss", "huber", "--engine", "native"),
        ("xor",),
    ],
    ids=" ".join,
)
def test_networks_of_the_options_of_train_come_out_right(axone, words):
    assert checked(axone, *words)["verdict"] == "right"


def test_one_engine_alone(axone):
    found = checked(axone, "iris", "--engine", "reference")
    assert [engine["name"] for engine in found["engines"]] == ["reference"]


def test_a_result_folder_is_checked_at_its_trained_weights_or_at_its_first(axone, iris_run):
    trained, fresh = checked(axone, iris_run), checked(axone, iris_run, "--fresh")
    assert trained["verdict"] == fresh["verdict"] == "right"
    assert trained["loss"] < 0.5 * fresh["loss"]
    assert checked(axone, iris_run / "experiment.toml")["loss"] == fresh["loss"]


def test_of_a_model_file_on_rows_that_are_made_up(axone, iris_run):
    found = checked(axone, iris_run / "model.safetensors", "--rows", "4")
    assert (found["verdict"], found["rows"]) == ("right", 4)


def test_the_seed_draws_the_rows(axone):
    first, again = (checked(axone, "iris", "--seed", "3") for _ in range(2))
    assert first == again
    assert first["loss"] != checked(axone, "iris", "--seed", "4")["loss"]


@pytest.mark.parametrize("preset", ["gunpoint", "first_names"])
def test_presets_on_real_data_come_out_right(axone, real_data, preset):
    options = ("--task", "generation") if preset == "first_names" else ("--preset", "course-1d")
    words = (preset, *options, "--rows", "2", "--entries", "2", "--engine", "reference")
    assert checked(axone, *words)["verdict"] == "right"


class TestRefusals:
    def test_settings_of_a_network_that_is_trained_already(self, refused, iris_run):
        assert "--hidden would change nothing" in refused(
            "check-gradients", iris_run, "--hidden", "4"
        )

    @pytest.mark.parametrize(
        ("option", "value", "said"),
        [
            ("--engine", "fast", "--engine must be one of 'reference', 'native', not 'fast'"),
            ("--rows", "0", "--rows must be at least 1, not 0"),
            ("--entries", "0", "--entries must be at least 1, not 0"),
            ("--loss", "msee", "unknown loss 'msee'. Did you mean 'mse'?"),
            ("--loss", "mae", "'mae' does not fit a classification"),
        ],
    )
    def test_values_that_mean_nothing(self, refused, option, value, said):
        assert said in refused("check-gradients", "iris", option, value)

    def test_what_is_no_source(self, refused):
        assert "unknown dataset 'iriss'" in refused("check-gradients", "iriss")


def test_the_help_teaches_what_a_gradient_check_is(axone):
    text = axone("check-gradients", "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    for word in ("axone check-gradients iris", "(L(w + h) - L(w - h))/2h", "kink", "status: 0"):
        assert word in text


def test_the_command_and_the_function_find_the_same(axone, iris_run):
    model = package.load(iris_run / "model.safetensors")
    found = checked(axone, iris_run / "model.safetensors")
    check = package.check_gradients(model.network, model.parameters, loss=model.loss)
    assert found == json.loads(json.dumps(check.to_data()))
