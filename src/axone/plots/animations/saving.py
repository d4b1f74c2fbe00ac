"""Writing an animation: GIF by Pillow, MP4 and WebM by ffmpeg, or one page with a slider.

Frames are 800 pixels wide. Those of GIFs and pages have one palette of 255 colours: house pictures
are lines and surfaces of few colours, and so the files stay small.
"""

import base64
import contextlib
import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from axone.errors import ConfigurationError, DataError
from axone.files import require_folder, write_atomically, written_whole
from axone.messages import _, listed
from axone.pages import page, words
from axone.plots.animations.animation import Animation

if TYPE_CHECKING:
    from PIL.Image import Image

    from axone.training import ProgressCallback

DOTS_PER_INCH = 100

FORMATS = ("gif", "mp4", "webm", "html")

_COLORS = 255

_SAMPLED = 12
"""Frames of which the palette is made."""

_CODECS = {
    "mp4": ("-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart"),
    "webm": ("-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-pix_fmt", "yuv420p"),
}


def save_animation(
    animation: Animation,
    path: str | os.PathLike[str],
    *,
    on_progress: "ProgressCallback | None" = None,
) -> Path:
    """Write an animation as GIF, MP4, WebM or HTML, by the name's ending.

    Parameters
    ----------
    animation : Animation
    path : path-like
        A file that ends in ``.gif``, ``.mp4``, ``.webm`` or ``.html``, in a folder that exists. A
        page has a slider, works offline and holds what each frame shows in words.
    on_progress : callable, optional
        Told now and then which share is done.

    Returns
    -------
    pathlib.Path
        The file written, whole or not at all.

    Raises
    ------
    ConfigurationError
        The name ends otherwise, or ffmpeg is not installed, which films need.
    DataError
        The folder is missing or cannot be written to, or ffmpeg fails.
    """
    target, form = Path(path), format_of(path)
    require_folder(target)  # drawing takes seconds
    frames = _frames(animation, on_progress)
    if form == "gif":
        _write_gif(animation, frames, target)
    elif form == "html":
        _write_page(animation, frames, target)
    else:
        _write_film(animation, frames, target, form)
    return target


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format that a file's name asks for.

    Raises
    ------
    ConfigurationError
        The name ends otherwise, or the format needs ffmpeg and there is none.
    """
    form = Path(path).suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise ConfigurationError(
            _(
                "{path}: animations are saved as {formats}, by the name's ending.",
                path=Path(path),
                formats=listed(f".{known}" for known in FORMATS),
            )
        )
    if form in _CODECS and shutil.which("ffmpeg") is None:
        raise ConfigurationError(
            _(
                "{path}: films are made by ffmpeg, which is not installed here. Install it, or "
                "save a .gif or a .html.",
                path=Path(path),
            )
        )
    return form


def drawn(animation: Animation, frame: int) -> "Image":
    """Return a frame as an image, its colours as they are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    animation.show(frame)
    animation.figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(animation.figure)
    canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib's has no types
    # Parts that made room for each other once stay where they are: nothing trembles.
    animation.figure.set_layout_engine("none")
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]  # nor has this
    return Image.fromarray(pixels).convert("RGB")


def _frames(animation: Animation, on_progress: "ProgressCallback | None") -> Iterator["Image"]:
    for frame in range(animation.frames):
        yield drawn(animation, frame)
        if on_progress is not None:
            on_progress((frame + 1) / animation.frames)


def _in_few_colors(frames: Iterator["Image"], ground: tuple[int, ...]) -> list["Image"]:
    """Return frames in the colours of one palette, which is made of some of them.

    Median cut takes means, and would leave the ground nearly as it was: it is put right after.
    """
    from PIL import Image

    every = list(frames)
    step = max(1, len(every) // _SAMPLED)
    chosen = [*every[::step], every[-1]]
    width, height = every[0].size
    together = Image.new("RGB", (width, height * len(chosen)))
    for place, frame in enumerate(chosen):
        together.paste(frame, (0, height * place))
    palette = together.quantize(_COLORS, method=Image.Quantize.MEDIANCUT)
    plain = [Image.new("RGB", (1, 1), ground), *every]
    mark, *few = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in plain]
    place, colors = int(mark.tobytes()[0]), few[0].getpalette() or []
    colors[3 * place : 3 * place + 3] = ground
    for frame in few:
        frame.putpalette(colors)
    return few


def _ground(animation: Animation) -> tuple[int, ...]:
    from matplotlib.colors import to_rgb

    return tuple(round(255 * share) for share in to_rgb(animation.figure.get_facecolor()))


def _write_gif(animation: Animation, frames: Iterator["Image"], target: Path) -> None:
    first, *rest = _in_few_colors(frames, _ground(animation))
    milliseconds = [round(1000 * animation.seconds)] * animation.frames
    milliseconds[-1] = round(1000 * max(animation.hold, animation.seconds))
    with written_whole(target) as file:
        first.save(
            file,
            format="GIF",
            save_all=True,
            append_images=rest,
            duration=milliseconds,
            loop=0,
            optimize=False,
            disposal=1,
        )


def _write_page(animation: Animation, frames: Iterator["Image"], target: Path) -> None:
    content = page(
        animation.title,
        _body(animation, _in_few_colors(frames, _ground(animation))),
        "axone.plots.animations:player.css",
        script="axone.plots.animations:player.js",
    )
    with written_whole(target) as file:
        file.write(content.encode())


def _body(animation: Animation, frames: list["Image"]) -> Iterator[str]:
    width, height = frames[0].size
    play, pause, name_of_slider = words(_("Play")), words(_("Pause")), words(_("frame"))
    yield f"<main><h1>{words(animation.title)}</h1>"
    yield (
        f'<figure id="player" data-seconds="{animation.seconds}" data-hold="{animation.hold}" '
        f'data-play="{play}" data-pause="{pause}">'
    )
    for number, (frame, caption) in enumerate(zip(frames, animation.captions, strict=True)):
        hidden = " hidden" if number else ""
        yield (
            f'<img width="{width}" height="{height}" alt="{words(caption)}"{hidden} '
            f'src="data:image/png;base64,{_as_png(frame)}">'
        )
    yield '<div class="controls">'
    yield f'<button type="button">{play}</button>'
    yield (
        f'<input type="range" min="0" max="{len(frames) - 1}" value="0" '
        f'aria-label="{name_of_slider}"><output>1/{len(frames)}</output></div>'
    )
    yield f"<figcaption>{words(animation.captions[0])}</figcaption></figure></main>"


def _as_png(frame: "Image") -> str:
    content = io.BytesIO()
    # Whoever asks zlib for its best waits ten times as long, for a twentieth.
    frame.save(content, format="PNG", compress_level=6)
    return base64.b64encode(content.getvalue()).decode()


def _write_film(animation: Animation, frames: Iterator["Image"], target: Path, form: str) -> None:
    """Give the frames to ffmpeg; the last one as often as it is to stand."""
    # Both codecs halve the resolution of colours: sides are even.
    inches = animation.figure.get_size_inches()
    width, height = (int(side * DOTS_PER_INCH) // 2 * 2 for side in inches)
    times = max(1, round(animation.hold / animation.seconds))
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / f"film.{form}"
        program = [
            *("ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
            *("-s", f"{width}x{height}", "-r", f"{1 / animation.seconds:.6f}", "-i", "pipe:"),
            *(*_CODECS[form], "-map_metadata", "-1", "-fflags", "+bitexact", str(film)),
        ]
        with subprocess.Popen(  # noqa: S603 — no shell, and no word of it comes from outside
            program, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as ffmpeg:
            assert ffmpeg.stdin is not None  # noqa: S101 — both are pipes, as asked for
            assert ffmpeg.stderr is not None  # noqa: S101 — as above
            with contextlib.suppress(BrokenPipeError):
                for number, frame in enumerate(frames, start=1):
                    pixels = frame.crop((0, 0, width, height)).tobytes()
                    ffmpeg.stdin.write(pixels * (times if number == animation.frames else 1))
                ffmpeg.stdin.close()
            told = ffmpeg.stderr.read().decode(errors="replace")
        if ffmpeg.returncode or not film.is_file():
            raise DataError(
                _("Cannot write {path}: ffmpeg says {reason!r}.", path=target, reason=told.strip())
            )
        write_atomically(target, film.read_bytes())
