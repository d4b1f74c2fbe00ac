"""Saving animations: GIFs read back by Pillow, pages as a browser reads them, films by ffmpeg."""

import base64
import hashlib
import io
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from axone.errors import ConfigurationError, DataError
from axone.messages import _
from axone.plots import animate_softmax, save_animation, use_theme
from axone.plots.animations.animation import Animation
from axone.plots.animations.saving import drawn
from axone.plots.style import THEMES, house_style, new_figure, theme

CAPTIONS = ("nothing yet", "a < b & <script>alert(1)</script>", "all of it")


def small(**settings):
    """Three frames: a bar that grows."""
    title = _("A bar that grows")
    with house_style():
        figure = new_figure(title, (8.0, 3.0))
        axes = figure.subplots()
        axes.set_ylim(0, 3)
        (bar,) = axes.bar([0], [0.0], color=theme().blue)
    return Animation(
        title, figure, CAPTIONS, lambda frame: bar.set_height(frame + 0.5), seconds=0.25, **settings
    )


class Page(HTMLParser):
    """What a page asks for, and what it holds."""

    def __init__(self, text):
        super().__init__()
        self.images, self.scripts, self.links, self.policy, self.within = [], [], [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found, self.within = dict(attributes), tag
        self.images += [found] if tag == "img" else []
        self.links += [found[name] for name in ("src", "href") if name in found]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]

    def handle_endtag(self, tag):
        self.within = ""

    def handle_data(self, data):
        if self.within == "script":
            self.scripts.append(data)


def test_a_gif_has_all_frames_their_times_and_goes_round_for_ever(tmp_path):
    path = save_animation(small(hold=1.5), str(tmp_path / "bar.GIF"))
    with Image.open(path) as gif:
        assert (gif.format, gif.size, gif.n_frames) == ("GIF", (800, 300), 3)
        assert gif.info["loop"] == 0
        times, heights = [], []
        for frame in range(gif.n_frames):
            gif.seek(frame)
            times.append(gif.info["duration"])
            blue = np.abs(np.asarray(gif.convert("RGB"), int) - (0, 0x72, 0xB2)).max(axis=2) < 12
            heights.append(int(blue.any(axis=1).sum()))
    assert times == [250, 250, 1500]
    assert heights == sorted(set(heights))


@pytest.mark.parametrize("ground", THEMES)
def test_the_ground_of_a_gif_has_the_very_colour_of_the_paper(tmp_path, ground):
    with use_theme(ground):
        path = save_animation(small(), tmp_path / "bar.gif")
    with Image.open(path) as gif:
        corner = gif.convert("RGB").getpixel((799, 0))
    assert "#{:02X}{:02X}{:02X}".format(*corner) == THEMES[ground].paper


def test_frames_may_be_shown_in_any_order():
    animation = small()
    first = [drawn(animation, frame).tobytes() for frame in (0, 1, 2)]
    assert [drawn(animation, frame).tobytes() for frame in (2, 0, 1)] == first[2:] + first[:2]


def test_a_page_is_one_file_that_asks_for_nothing(tmp_path):
    text = save_animation(small(), tmp_path / "bar.html").read_text("utf-8")
    page = Page(text)
    assert page.links
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert "http://" not in text
    assert "https://" not in text
    assert page.policy.startswith("default-src 'none'")


def test_a_page_runs_its_own_script_and_no_other(tmp_path):
    page = Page(save_animation(small(), tmp_path / "bar.html").read_text("utf-8"))
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", page.policy).group(1).strip() == f"'sha256-{digest}'"


def test_a_page_shows_each_frame_with_its_caption_as_text(tmp_path):
    text = save_animation(small(), tmp_path / "bar.html").read_text("utf-8")
    page = Page(text)
    assert [image["alt"] for image in page.images] == list(CAPTIONS)
    assert "<script>alert" not in text
    assert ["hidden" in image for image in page.images] == [False, True, True]
    for image in page.images:
        content = base64.b64decode(image["src"].partition(",")[2])
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.size == (800, 300)
    assert 'max="2"' in text
    assert "1/3" in text


@pytest.mark.parametrize("ending", ["gif", "html"])
def test_the_same_animation_is_the_same_file(tmp_path, ending):
    one, two = (save_animation(small(), tmp_path / f"{name}.{ending}") for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("name", ["bar.png", "bar", "bar.gif.txt"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match=r"saved as \.gif, \.mp4, \.webm, \.html"):
        save_animation(small(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_without_ffmpeg_a_film_is_refused_and_what_to_do_is_said(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with pytest.raises(ConfigurationError, match=r"ffmpeg, which is not installed.*\.gif"):
        save_animation(small(), tmp_path / f"bar.{ending}")


def test_a_missing_folder_is_told_before_anything_is_drawn(tmp_path):
    animation = small()
    shown = []
    unseen = Animation(animation.title, animation.figure, CAPTIONS, shown.append, 0.1)
    with pytest.raises(DataError, match="nowhere"):
        save_animation(unseen, tmp_path / "nowhere" / "bar.gif")
    assert shown == []


@pytest.mark.parametrize("ending", ["gif", "html"])
def test_where_drawing_fails_the_old_file_stays_and_no_litter(tmp_path, ending):
    path = tmp_path / f"bar.{ending}"
    path.write_bytes(b"old")
    animation = small()

    def fail(frame):
        if frame == 2:
            raise MemoryError

    with pytest.raises(MemoryError):
        save_animation(Animation(animation.title, animation.figure, CAPTIONS, fail, 0.1), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_progress_is_told_frame_by_frame(tmp_path):
    shares = []
    save_animation(small(), tmp_path / "bar.gif", on_progress=shares.append)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="films are made by ffmpeg")
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_film_lasts_as_long_as_its_frames_and_the_last_one_is_held(tmp_path, ending):
    path = save_animation(small(hold=1.0), tmp_path / f"bar.{ending}")
    asked = ["ffmpeg", "-hide_banner", "-i", str(path), "-f", "null", "-"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stderr
    assert "800x300" in told
    # Two frames of a quarter of a second, and one that stands for four.
    assert "Duration: 00:00:01.5" in told
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="films are made by ffmpeg")
def test_what_ffmpeg_refuses_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("axone.plots.animations.saving._CODECS", {"mp4": ("-c:v", "no-such-codec")})
    with pytest.raises(DataError, match="ffmpeg says"):
        save_animation(small(), tmp_path / "bar.mp4")
    assert list(tmp_path.iterdir()) == []


def test_softmax_of_the_first_frame_is_that_of_the_logits():
    animation = animate_softmax((2.0, 1.0, -1.0, 3.0))
    animation.show(0)
    heights = [bar.get_height() for bar in animation.figure.axes[1].patches]
    expected = np.exp([2, 1, -1, 3]) / np.exp([2, 1, -1, 3]).sum()
    np.testing.assert_allclose(heights, expected)
