"""Pictures: all that Pillow can write, under any ending, damaged; and what is no picture."""

import io

import numpy as np
from hypothesis import strategies as st
from PIL import Image
from tests.fuzz.hostile import damaged
from tests.fuzz.oracle import command, watched
from tests.fuzz.trained import run_folder

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n{} loop\n%%EOF\n"


def _picture(kind, mode="L", **settings):
    pixels = np.zeros((20, 16), dtype=np.uint8)
    pixels[4:15, 5:9] = 200
    content = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(content, kind, **settings)
    return content.getvalue()


def _exif():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a sign"
    return exif


FRAMES = [Image.new("P", (16, 20), n) for n in range(3)]
GOOD = [
    _picture("PNG"),
    _picture("PNG", "RGBA", exif=_exif()),
    _picture("PNG", "P", transparency=0),
    _picture("PNG", "I;16"),
    _picture("PNG", save_all=True, append_images=[Image.new("L", (16, 20), 9)]),
    _picture("JPEG", exif=_exif()),
    _picture("JPEG", progressive=True),
    _picture("JPEG", "CMYK"),
    _picture("BMP"),
    _picture("BMP", "1"),
    _picture("GIF", save_all=True, append_images=FRAMES),
]
OTHERS = [
    _picture("TIFF"), _picture("PPM"), _picture("ICO"), _picture("TGA"), _picture("PCX"),
    _picture("WEBP"), _picture("PDF", "RGB"), _picture("EPS"), POSTSCRIPT, b"<svg/>", b"%PDF-1.4",
    b"GIF89a\xff\xff\xff\xff\x00\x00\x00", b"BM" + bytes(60), b"\xff\xd8" + b"\xff\xda" * 200,
]  # fmt: skip

cases = st.tuples(
    damaged(st.sampled_from(GOOD))
    | st.sampled_from(GOOD + OTHERS)
    | damaged(st.sampled_from(OTHERS)),
    st.sampled_from(["sign.png", "sign.jpg", "sign.bmp", "sign.gif", "\udcff.png", "\x1b[31m.png"]),
)


def attempt(case, folder):
    """Give the picture to a model of images."""
    content, name = case
    path = folder / name
    path.write_bytes(content)
    with watched():
        command("predict", run_folder("images"), path)
