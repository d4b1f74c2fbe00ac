"""The report of runs: one page, of what the folder holds, in which nothing from outside is code."""

import itertools
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from axone.errors import ModelFileError
from axone.experiments import Experiment
from axone.experiments.run_report import as_page, read_run
from axone.messages import use_language

SHORT = {"training": {"epochs": 5}}


class Outline(HTMLParser):
    """Collects headings, images and tags that are left open."""

    ALONE = ("meta", "img", "source")

    def __init__(self, page):
        super().__init__()
        self.headings, self.images, self.open, self.tags = [], [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            self.headings.append((int(self.open[-1][1]), data))


@pytest.fixture
def wine_run(here, pictures):
    Experiment.from_source("wine", SHORT).run(here / "wine")
    return here / "wine"


def test_a_run_leaves_a_report_beside_its_result(wine_run):
    page = (wine_run / "report.html").read_text()
    outline = Outline(page)
    assert outline.open == []
    assert outline.headings[0] == (1, "wine: report")
    told = [heading for level, heading in outline.headings if level == 2]
    assert told == ["Scores", "Classes", "Pictures", "Diagnosis", "Network", "Data", "Settings"]
    metrics = json.loads((wine_run / "metrics.json").read_text())
    right, of = metrics["test"]["right"], metrics["test"]["of"]
    assert f"answers {right} of {of} test rows right" in page
    assert len(page) < 2_000_000


def test_every_picture_of_the_folder_is_in_it_and_told_in_words(wine_run):
    images = Outline((wine_run / "report.html").read_text()).images
    assert len(images) == len(list(wine_run.glob("*.png")))
    assert all(image["src"].startswith("data:image/png;base64,") for image in images)
    assert all(len(image["alt"]) > 20 for image in images)


@pytest.mark.usefixtures("dark_pictures", "pictures")
def test_screens_that_are_dark_get_dark_pictures_and_paper_does_not(here):
    Experiment.from_source("wine", SHORT).run(here / "wine")
    page = (here / "wine" / "report.html").read_text()
    sources = re.findall('<source media="screen and \\(prefers-color-scheme: dark\\)"', page)
    assert len(sources) == len(Outline(page).images) == len(list((here / "wine/dark").iterdir()))
    assert len(page) < 2_000_000


def test_what_a_run_remarked_is_told_in_the_language_of_the_report(here):
    rows = [f"{number},{number % 3},{'ab'[number % 7 > 5]}" for number in range(60)]
    (here / "table.csv").write_text("id,x,class\n" + "\n".join(rows) + "\n")
    settings = {"data": {"target": "class"}, **SHORT}
    result = Experiment.from_source(str(here / "table.csv"), settings).run(here / "run")
    use_language("fr")
    try:
        page = as_page([read_run(here / "run")])
    finally:
        use_language("en")
    assert result.metrics["notes"]
    assert not [note for note in result.metrics["notes"] if note in page]
    assert "Raison de la fin" in page
    assert result.training.reason not in page
    assert "entiers" in page


def test_a_column_is_told_with_the_cells_that_it_lacks(here):
    rows = [f"{number if number % 5 else ''},{'ab'[number % 2]}" for number in range(60)]
    (here / "table.csv").write_text("x,class\n" + "\n".join(rows) + "\n")
    settings = {"data": {"target": "class"}, **SHORT}
    Experiment.from_source(str(here / "table.csv"), settings).run(here / "run")
    page = as_page([read_run(here / "run")])
    _before, _between, row = page.partition('<th scope="row">x</th>')
    assert re.findall("<td>(.*?)</td>", row)[2:4] == ["12", "48"]


def test_nothing_is_asked_for_from_anywhere(wine_run):
    page = (wine_run / "report.html").read_text()
    assert "default-src 'none'" in page
    assert "http" not in re.sub('http-equiv|data:image[^"]*', "", page)
    assert not Outline(page).tags & {"script", "link", "iframe", "object"}


def test_headings_go_down_one_level_at_a_time_beside_one_another_too(wine_run, here):
    Experiment.from_source("diabetes", SHORT).run(here / "diabetes")
    page = as_page([read_run(wine_run), read_run(here / "diabetes")])
    levels = [level for level, _heading in Outline(page).headings]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert "Side by side" in page
    assert "off in the mean, on test rows" in page


def test_names_from_outside_are_text_and_nothing_but_text(here):
    evil = "<script>alert(1)</script>"
    rows = [f'{number % 7},"{evil if number % 2 else "b&b"}"' for number in range(60)]
    (here / "evil.csv").write_text('"<img src=x>",kind\n' + "\n".join(rows) + "\n")
    settings = {"data": {"target": "kind"}, **SHORT}
    Experiment.from_source(str(here / "evil.csv"), settings).run(here / "<b>run")
    page = as_page([read_run(here / "<b>run")])
    assert not Outline(page).tags & {"script", "img", "b"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_folder_without_pictures_diagnosis_and_intervals_is_told_as_far_as_it_goes(here):
    Experiment.from_source("iris", SHORT).run(here / "iris")
    for name in ("diagnosis.json", "classification_report.json"):
        (here / "iris" / name).unlink()
    told = [heading for _level, heading in Outline(as_page([read_run(here / "iris")])).headings]
    assert told == ["iris: report", "Scores", "Network", "Data", "Settings"]


def test_pictures_that_would_make_the_page_too_large_are_named_instead(wine_run):
    (wine_run / "aaa.png").write_bytes(b"\x89PNG" + np.random.default_rng(0).bytes(1_400_000))
    report = read_run(wine_run)
    assert report.left_out == ("aaa.png",)
    page = as_page([report])
    assert "too large for this page: aaa.png" in page
    assert len(page) < 2_000_000


@pytest.mark.parametrize("content", ["", "[", "[1]", '{"a": ', "\x00"])
@pytest.mark.parametrize("name", ["intervals.json", "metrics.json", "classification_report.json"])
def test_a_damaged_file_is_named(wine_run, name, content):
    (wine_run / name).write_text(content)
    with pytest.raises(ModelFileError, match=name):
        read_run(wine_run)


@pytest.mark.parametrize("content", ["[1]", '{"notes": 3}', "{", "\x00"])
def test_damaged_messages_are_named(wine_run, content):
    (wine_run / "messages.json").write_text(content)
    with pytest.raises(ModelFileError, match=r"messages\.json"):
        read_run(wine_run)


def test_a_folder_that_is_no_run_is_refused(here):
    with pytest.raises(ModelFileError, match=r"holds no metrics\.json"):
        read_run(here)
