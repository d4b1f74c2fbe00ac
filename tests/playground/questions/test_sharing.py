"""Links: what is shared comes back bit by bit, and what is no link of the page's is refused."""

import base64
import json
import zlib

import numpy as np
import pytest

from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError
from axone.playground.bench import Bench
from axone.playground.questions.sharing import open_link, share
from axone.playground.sharing import MOST_INLINE_BYTES, VERSION, Shared, fragment_of, opened

DESIGN = {
    "data": {"source": "moons", "options": {"rows": 80}, "validation": 0.25},
    "network": {"hidden_layers": [{"name": "dense", "units": 4, "activation": "tanh"}]},
    "training": {"batch_size": 8, "schedule": "cosine", "epochs": 40},
    "seed": 5,
}


@pytest.fixture
def new_bench(tmp_path):
    """Return a bench of somebody's, who has nothing but the library."""

    def make(name):
        folder = tmp_path / name
        folder.mkdir()
        return Bench(folder)

    return make


def fragment(content, version=VERSION):
    """Write a fragment as anybody could."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return f"{version}.{base64.urlsafe_b64encode(zlib.compress(raw)).decode().rstrip('=')}"


def trained(bench, epochs):
    for _epoch in range(epochs):
        bench.epoch()
    return bench


def learnt_to_its_end(bench):
    laps = 0
    while bench.playing:
        bench.learn()
        laps += 1
    return laps


def test_who_opens_a_link_trains_to_the_same_weights_bit_by_bit(new_bench):
    ours, theirs = new_bench("ours"), new_bench("theirs")
    ours.set_design(DESIGN)
    trained(ours, 7)
    told = share(ours, {})
    assert (told["needs"], told["notes"]) == (None, [])
    found = open_link(theirs, {"fragment": told["fragment"]})
    assert found["designed"]["design"] == ours.design.data
    assert (found["epoch"], found["state"]["running"], theirs.shown_epoch()) == (7, True, 0)
    assert learnt_to_its_end(theirs) >= 1
    assert theirs.shown_epoch() == 7
    assert np.array_equal(theirs.parameters().vector, ours.parameters().vector)
    assert theirs.history()["train_loss"] == ours.history()["train_loss"]


def test_a_link_is_trained_as_fast_as_it_goes_whatever_the_pace(new_bench):
    bench = new_bench("theirs")
    bench.set_pace(0.001)
    open_link(bench, {"fragment": fragment(GOOD)})
    assert bench.seconds_to_wait() == 0
    assert learnt_to_its_end(bench) <= 40
    assert bench.shown_epoch() == 3


def test_another_design_ends_what_a_link_began(new_bench):
    bench = new_bench("theirs")
    open_link(bench, {"fragment": fragment({**GOOD, "epoch": 30})})
    bench.set_design({**DESIGN, "seed": 6})
    bench.play()
    learnt_to_its_end(bench)
    assert bench.shown_epoch() == 40


def test_who_opens_a_link_of_a_past_epoch_comes_to_that_one(new_bench):
    ours, theirs = new_bench("ours"), new_bench("theirs")
    ours.set_design(DESIGN)
    trained(ours, 7).look_back(3)
    open_link(theirs, share(ours, {}))
    learnt_to_its_end(theirs)
    assert theirs.shown_epoch() == 3
    assert np.array_equal(theirs.parameters().vector, ours.parameters().vector)


def test_the_view_comes_back_as_it_was(new_bench):
    bench = new_bench("ours")
    bench.set_design(DESIGN)
    view = {"plane": {"kind": "columns", "columns": [0, 1]}, "parts": ["surface"], "grid": 40}
    told = share(bench, {"view": view})
    assert open_link(bench, told)["view"] == view
    for wrong in ({"grid": 4000}, {"plane": {"kind": "x"}}, {"parts": ["a"]}, {"url": "//x"}, 3):
        with pytest.raises(ConfigurationError, match="no view"):
            share(bench, {"view": wrong})


def test_a_rate_turned_by_hand_is_told_to_who_shares(new_bench):
    bench = new_bench("ours")
    bench.set_design(DESIGN)
    trained(bench, 1).turn(0.2)
    assert "turned by hand" in share(trained(bench, 1), {})["notes"][0]


def table(rows):
    return "a,b,kind\n" + "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(rows))


def on_a_file(bench, content, name="drawn.csv"):
    path = bench.folder / "000.csv"
    path.write_text(content)
    bench.sources.add(name, path)
    rows = {"source": f"upload:{name}", "target": "kind", "validation": 0.2}
    bench.set_design({**DESIGN, "data": rows})
    return trained(bench, 2)


def test_few_rows_travel_within_the_link(new_bench):
    ours, theirs = on_a_file(new_bench("ours"), table(60)), new_bench("theirs")
    told = share(ours, {})
    assert told["needs"] is None
    open_link(theirs, told)
    learnt_to_its_end(theirs)
    assert np.array_equal(theirs.parameters().vector, ours.parameters().vector)
    assert theirs.sources.files["drawn.csv"].is_relative_to(theirs.folder)


def test_many_rows_do_not_and_the_link_says_which_file_is_needed(new_bench):
    content = table(MOST_INLINE_BYTES // 5)
    ours, theirs = on_a_file(new_bench("ours"), content), new_bench("theirs")
    told = share(ours, {})
    assert told["needs"] == "drawn.csv"
    assert "needs the file drawn.csv" in told["notes"][-1]
    with pytest.raises(ConfigurationError, match=r"needs the file drawn\.csv"):
        open_link(theirs, told)
    on_a_file(theirs, content)
    assert open_link(theirs, told)["notes"] == []
    learnt_to_its_end(theirs)
    assert np.array_equal(theirs.parameters().vector, ours.parameters().vector)
    on_a_file(theirs, content + "1,1,x\n")
    assert "another file" in open_link(theirs, told)["notes"][0]


def test_rows_of_a_link_write_over_no_file_of_that_name(new_bench):
    ours, theirs = on_a_file(new_bench("ours"), table(60)), on_a_file(new_bench("them"), table(40))
    before = theirs.sources.files["drawn.csv"]
    open_link(theirs, share(ours, {}))
    assert before.read_text() == table(40)
    assert theirs.sources.files["drawn.csv"].read_text() == table(60)


GOOD = {"design": DESIGN, "epoch": 3}
FILE = {"name": "a.csv", "sha256": "0" * 64}
OF_A_FILE = {"design": {"data": {"source": "upload:a.csv"}}, "epoch": 1}


def test_a_fragment_written_by_hand_is_opened_if_it_is_right():
    assert opened("#" + fragment(GOOD)).epoch == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a1.",
        "a1",
        "a2.AAAA",
        fragment(GOOD, "z9"),
        fragment(GOOD)[:-5],
        fragment(GOOD) + "AAAA",
        fragment(GOOD).replace("a1.", "a1.é"),
        "a1." + "A" * 60_000,
        fragment(b"\x00\xff"),
        fragment(b"[" * 100_000),
        fragment(b'{"design": {}, "epoch": NaN}'),
        fragment(b'{"design": {"data": {"source": "\\ud800"}}, "epoch": 1}'),
        fragment([]),
        fragment({}),
        fragment({**GOOD, "epoch": -1}),
        fragment({**GOOD, "epoch": "3"}),
        fragment({**GOOD, "epoch": True}),
        fragment({**GOOD, "epoch": 10**30}),
        fragment({**GOOD, "design": 3}),
        fragment({**GOOD, "run": "rm"}),
        fragment({**GOOD, "view": {"grid": 10**6}}),
        fragment({**GOOD, "file": FILE}),
        fragment(OF_A_FILE),
        fragment({**OF_A_FILE, "file": {**FILE, "text": "bm90IHRoYXQ="}}),
        fragment({**OF_A_FILE, "file": {**FILE, "name": "../a.csv"}}),
        fragment({**OF_A_FILE, "file": {**FILE, "name": "b.csv"}}),
    ],
)
def test_what_is_no_link_of_the_page_is_refused_in_words(text):
    with pytest.raises(ConfigurationError, match=r"This (link|is no link)"):
        opened(text)


def test_a_path_is_no_name_of_a_file_that_a_link_carries():
    name = "/etc/passwd.csv"
    design = {"data": {"source": f"upload:{name}"}}
    for file in ({**FILE, "name": name}, {**FILE, "name": name, "text": ""}):
        with pytest.raises(ConfigurationError, match="damaged"):
            opened(fragment({"design": design, "epoch": 0, "file": file}))


def test_what_unpacks_to_far_more_than_it_is_stays_packed(monkeypatch):
    bomb = fragment(b'{"design": {}, "epoch": 1}' + b" " * 20_000_000)
    assert len(bomb) < 43_000
    most = []
    unpacked = zlib.decompressobj

    class Watched:
        def __init__(self):
            self.inner = unpacked()

        def decompress(self, raw, limit):
            content = self.inner.decompress(raw, limit)
            most.append(len(content))
            return content

        def __getattr__(self, name):
            return getattr(self.inner, name)

    monkeypatch.setattr("axone.playground.sharing.zlib.decompressobj", Watched)
    with pytest.raises(ConfigurationError, match="damaged"):
        opened(bomb)
    assert 0 < max(most) <= 2**18


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"source": "/etc/passwd"}},
        {"data": {"source": "sqlite:///home.db", "query": "SELECT 1"}},
        {"network": {"start_from": "/tmp/run"}},
        {"data": {"source": "upload:other.csv"}},
    ],
)
def test_a_design_that_no_page_may_have_is_refused_and_changes_nothing(new_bench, changes):
    bench = new_bench("ours")
    bench.set_design(DESIGN)
    before = bench.design
    with pytest.raises(AxoneError):
        open_link(bench, {"fragment": fragment({"design": {**DESIGN, **changes}, "epoch": 1})})
    assert bench.design is before
    assert not bench.playing


def test_a_state_too_large_for_a_link_is_refused():
    layers = [
        {"name": "dense", "units": 1, "activation": f"z*{np.random.default_rng(n).random()}"}
        for n in range(4000)
    ]
    design = {**DESIGN, "network": {"hidden_layers": layers}}
    with pytest.raises(ConfigurationError, match="too much for a link"):
        fragment_of(Shared(design=design, epoch=1))


def test_nobody_trains_beyond_the_epochs_of_the_design(new_bench):
    bench = new_bench("ours")
    found = open_link(bench, {"fragment": fragment({**GOOD, "epoch": 10_000})})
    assert found["epoch"] == 40


@pytest.mark.parametrize("given", [None, 3, ["a1."]])
def test_a_link_is_a_text(new_bench, given):
    with pytest.raises(ArgumentTypeError, match="must be a text"):
        open_link(new_bench("ours"), {"fragment": given})
