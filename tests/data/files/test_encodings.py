"""Encodings: marks, UTF-8, UTF-16 without a mark, and those of Windows and the East."""

import pytest

from .conftest import codes

LATIN = "Straße;Größe;Café\nKöln;naïve;Genève\n"
TEXTS = {
    "cp1252": LATIN,
    "mac_roman": LATIN,
    "cp1250": "Miejscowość;Województwo\nŁódź;żółw\nGdańsk;Świętochłowice\n",
    "cp1251": "Город;Страна\nМосква;Россия\nКазань;Болгария\n",
    "cp1253": "Πόλη;Χώρα\nΑθήνα;Ελλάδα\nΘεσσαλονίκη;Ελλάδα\n",
    "cp932": "名前;都市\n山田太郎;京都\n鈴木花子;大阪\n",
    "gb18030": "姓名;城市\n张伟;广州\n王芳;北京\n",
    "cp949": "이름;도시\n김철수;서울\n이영희;부산\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_text_of_any_usual_encoding_is_read_with_a_note(read, encoding):
    text = TEXTS[encoding]
    table = read(text.encode(encoding))
    assert table.frame.columns.tolist() == text.splitlines()[0].split(";")
    assert table.frame.iloc[0].tolist() == text.splitlines()[1].split(";")
    assert codes(table) == ["encoding_guessed"]
    assert table.facts.encoding_from == "charset-normalizer"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(read, encoding):
    table = read("id;ü\n1;東\n", encoding=encoding)
    assert table.frame["ü"].tolist() == ["東"]
    assert table.facts.encoding_from == "byte order mark"
    assert table.notes == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["id;ü\n1;東\n", "名;字\n東;京\n"])
def test_utf_16_is_known_without_a_mark(read, encoding, text):
    table = read(text, encoding=encoding)
    assert table.frame.columns.tolist() == text.splitlines()[0].split(";")
    assert table.facts.encoding == encoding


def test_letters_that_show_only_late_in_the_file_decide_too(read):
    table = read(b"word,n\n" + b"x,1\n" * 400_000 + "café,2\n".encode("cp1252"))
    assert table.frame.iloc[-1, 0] == "café"
    assert table.facts.encoding == "cp1252"


def test_a_wrong_byte_in_a_text_of_utf_8_is_told_with_its_line(refused):
    text = "Größe;n\nKöln;1\nDüren;2\n".encode()
    refused(text + "Bär;3\n".encode("latin-1"), "line 4", "0xE4", "no UTF-8")


def test_a_wrong_byte_late_in_a_text_of_utf_8_is_told_too(refused):
    text = "Größe;n\n".encode() + b"x;1\n" * 400_000
    refused(text + b"\xff;2\n", "line 400002", "0xFF")


def test_a_character_cut_at_the_end_is_told(refused):
    refused("Größe;n\nx;ü".encode()[:-1], "line 2", "0xC3")


@pytest.mark.parametrize(
    "content", [b"a,b\n1,\x00\n", b"a\x00\x00,b\n1,2\n", b"a,b\n1,2\n" + bytes(50)]
)
def test_zero_bytes_are_refused(refused, content):
    refused(content, "zero bytes")


def test_a_text_of_utf_16_cut_in_the_middle_is_refused(refused):
    refused("a;b\n1;2\n3;4".encode("utf-16")[:-1], "utf-16")


def test_zero_bytes_of_utf_16_characters_are_refused_too(refused):
    refused("a;b\n1;\0\n".encode("utf-16"), "zero bytes")
