"""Settings files that mean no good, and mistakes told in a few words and in the right table."""

import json

import pytest

from axone.errors import ConfigurationError
from axone.experiments import Experiment

IRIS = '[data]\nsource = "iris"\n'


def refusal(path):
    """What is said, in no more than a screen."""
    with pytest.raises(ConfigurationError) as caught:
        Experiment.from_file(path)
    message = str(caught.value)
    assert str(path) in message
    assert len(message) < 3000
    return message.replace(str(path), path.name)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            'epochs = 3\n[data]\nsource = "iris"',
            "run.toml: epochs: unknown key 'epochs'. It belongs in the table 'training'.",
        ),
        (
            '"training.epochs" = 3\n[data]\nsource = "iris"',
            "run.toml: 'training.epochs': a key in quotes is one word, dots and all. Write "
            "'epochs' in the table 'training'.",
        ),
        (
            f'{IRIS}[training]\n"stopping.patience" = 3',
            "run.toml: training.'stopping.patience': a key in quotes is one word, dots and all. "
            "Write 'patience' in the table 'training.stopping'.",
        ),
        (
            f"{IRIS}seed = 3",
            "run.toml: data.seed: unknown key 'seed'. It belongs before all tables.",
        ),
        (
            f"{IRIS}[training]\nlearning_rate = 0.1",
            "run.toml: training.learning_rate: unknown key 'learning_rate'. It belongs in the "
            "table 'training.optimizer'.",
        ),
        (
            f"{IRIS}[training]\npatience = 3",
            "run.toml: training.patience: unknown key 'patience'. It belongs in the table "
            "'training.stopping'.",
        ),
    ],
)
def test_a_key_in_the_wrong_place_is_told_where_it_belongs(write, toml, message):
    assert refusal(write("run.toml", toml)) == message


def test_an_unknown_key_with_a_dot_is_quoted(write):
    message = refusal(write("run.toml", f'"a.b" = 1\n{IRIS}'))
    assert message.startswith("run.toml: 'a.b': unknown key 'a.b'. Allowed: data, ")


@pytest.mark.usefixtures("before_long")
def test_of_sixty_thousand_unknown_keys_ten_are_told(write):
    keys = "".join(f"key{n} = 1\n" for n in range(60_000))
    lines = refusal(write("run.toml", keys + IRIS)).splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("run.toml: key0: unknown key 'key0'. Allowed: ")
    assert lines[-1] == "… and 59,990 more mistakes."


@pytest.mark.parametrize("value", ["0", "1", '"yes"', "[]", "{}", "0.0"])
@pytest.mark.parametrize(
    ("table", "key"),
    [("network", "batch_norm"), ("training", "restore_best"), ("tuning", "prune")],
)
def test_a_truth_is_true_or_false_and_nothing_else(write, table, key, value):
    message = refusal(write("run.toml", f"{IRIS}[{table}]\n{key} = {value}"))
    assert f"{table}.{key}: must be true or false; found " in message


@pytest.mark.parametrize(
    "setting",
    ["seed = true", "threads = true", "[training]\nepochs = true", "[training]\nl2 = false",
     "[network]\nhidden = [true]", "[training]\nbatch_size = true",
     '[network]\nlayers = [{ name = "dense", units = true }]',
     "[training]\nclass_weight = { a = true }"],
)  # fmt: skip
def test_a_truth_is_no_number(write, setting):
    top = setting if not setting.startswith("[") else ""
    below = setting if setting.startswith("[") else ""
    message = refusal(write("run.toml", f"{top}\n{IRIS}{below}"))
    assert "number" in message
    assert "True" in message or "False" in message


def test_a_bias_is_a_truth(write):
    layers = '[network]\nlayers = [{ name = "dense", units = 3, bias = 0 }]'
    message = refusal(write("run.toml", IRIS + layers))
    assert message == (
        "run.toml: network.layers.0: layer 'dense': bias must be true or false, not 0."
    )


COUNTS = ["seed", "threads", "training.epochs", "training.batch_size", "network.input_size"]
COUNTS += ["training.stopping.patience", "training.stopping.warmup_epochs", "tuning.trials"]
COUNTS += ["tuning.cv", "training.l2", "training.clip_norm", "training.stopping.loss_tolerance"]


@pytest.mark.parametrize("key", COUNTS)
@pytest.mark.parametrize("digits", [400, 4000])
def test_a_number_without_end_is_refused_by_its_key(write, key, digits):
    content = {"data": {"source": "iris"}}
    *tables, last = key.split(".")
    inside = content
    for table in tables:
        inside = inside.setdefault(table, {})
    inside[last] = int("9" * digits)
    message = refusal(write("run.json", json.dumps(content)))
    assert f"run.json: {key}: " in message
    assert len(message) < 200


def test_twenty_digits_are_refused_with_the_bound(write):
    message = refusal(write("run.toml", f"seed = 99999999999999999999\n{IRIS}"))
    assert "seed: Input should be less than or equal to 9223372036854775807" in message


def test_digits_beyond_what_python_reads_are_told_as_such(write):
    message = refusal(write("run.json", '{"seed": ' + "9" * 5000 + "}"))
    assert message == "run.json: a whole number of thousands of digits, which no setting has."
    message = refusal(write("run.toml", "seed = 0x" + "f" * 10_000 + f"\n{IRIS}"))
    assert "found 1.584e+12041" in message


@pytest.mark.parametrize("setting", ["l2 = inf", "l2 = nan", "clip_norm = inf", "dropout = nan"])
def test_what_is_not_finite_is_no_setting(write, setting):
    table = "network" if setting.startswith("dropout") else "training"
    assert "finite" in refusal(write("run.toml", f"{IRIS}[{table}]\n{setting}"))


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("hidden = [" + "8," * 100_000 + "]", "network.hidden: List should have at most 1000"),
        ("hidden = [1000000000]", "network.hidden.0: Input should be less than or equal to"),
        ('layers = [' + '{name="flatten"},' * 50_000 + "]", "network.layers: List should have at"),
        ('layers = [{ name = "dense", units = 10000000000 }]', "units must be at most 1,048,576"),
    ],
    ids=["many layers", "wide", "many described", "wide described"],
)  # fmt: skip
def test_networks_without_end_are_refused(write, network, words):
    assert words in refusal(write("run.toml", f"{IRIS}[network]\n{network}"))


@pytest.mark.parametrize(
    "key",
    [
        "a" + ".a" * 300_000,
        "a" + " . 'a'" * 50,
        "[a" + ".a" * 100_000 + "]\nx",
        '"a"' + '."a"' * 99,
    ],
    ids=["bare", "spaced", "header", "quoted"],
)  # fmt: skip
def test_a_dotted_key_without_end_is_refused_before_it_is_read(write, key):
    assert "run.toml: line 2: a key of more than 32 parts" in refusal(
        write("run.toml", f"\n{key} = 1")
    )


def test_many_dots_in_a_text_are_no_key(write):
    path = write("run.toml", '[data]\nsource = "' + "a." * 31 + 'csv"\n')
    assert Experiment.from_file(path).settings.data.source.endswith(".csv")


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ('x: !!int ""', "line 1: '' is no int, which its tag says it is."),
        ("x: !!float y", "line 1: 'y' is no float"),
        ("\nx: !!timestamp y", "line 2: 'y' is no timestamp"),
        ("x: !!bool y", "line 1: 'y' is no bool"),
        ("x: 2020-01-01", "x: 2020-01-01 is of a kind (date) that no setting has"),
        ("x: !!binary aGFsbG8=", "x: b'hallo' is of a kind (bytes)"),
        ("x: !!omap [a: 1]", "of a kind (tuple)"),
        ("x: !!set {a, b}", "of a kind (set)"),
        ("? [a, b]\n: 1", "line 1: the key ['a', 'b'] is no text"),
        ("? {a: b}\n: 1", "line 1: the key {'a': 'b'} is no text"),
        ("3: 1", "line 1: the key 3 is no text"),
        ("null: 1", "line 1: the key None is no text"),
        ("<<: {data: {source: iris}}", "line 1: YAML merge keys (<<) are not allowed here"),
        ("x: !!map []", "expected a mapping node"),
        ("x:\n\t- y", "cannot start any token"),
        ("x: \0", "special characters are not allowed"),
        ("x: !y z", "could not determine a constructor"),
        ("- - - " * 50, "nested"),
    ],
)
def test_what_only_yaml_can_say_is_refused_with_its_line(write, yaml, words):
    message = refusal(write("run.yaml", yaml))
    assert words in message or "expected a table" in message


@pytest.mark.parametrize(
    "text",
    ['{"data": {"source": "\\ud800"}}', '{"\\udfff": 1}', '{"data": {"source": ["\\ud83d"]}}'],
)
@pytest.mark.parametrize("name", ["run.json", "run.yaml"])
def test_half_a_character_is_refused(write, name, text):
    message = refusal(write(name, text))
    message.encode()
    if name == "run.json":
        assert "holds half a character (\\ud" in message


def test_a_whole_character_of_two_halves_is_read(write):
    path = write("run.json", '{"data": {"source": "\\ud83d\\ude00.csv"}}')
    assert Experiment.from_file(path).settings.data.source == "😀.csv"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.json", '{"a":' * 70 + "1" + "}" * 70),
        ("run.json", "[" * 900 + "]" * 900),
        ("run.yaml", "{a: " * 70 + "1" + "}" * 70),
        ("run.toml", "x = " + "{a=" * 70 + "1" + "}" * 70),
    ],
    ids=range(4),
)  # fmt: skip
def test_tables_within_one_another_without_end_are_refused(write, name, text):
    assert "nested too deeply" in refusal(write(name, text))


def test_a_key_given_twice_among_thousands_is_found_at_once(write):
    keys = ",".join(f'"{n}":1' for n in range(60_000))
    assert "the key '59999' is given twice" in refusal(write("run.json", f'{{{keys},"59999":1}}'))


def test_a_byte_order_mark_is_no_part_of_the_settings(write):
    for name, text in (("run.toml", IRIS), ("run.json", '{"data": {"source": "iris"}}')):
        path = write(name, b"\xef\xbb\xbf" + text.encode())
        assert Experiment.from_file(path).settings.data.source == "iris"
