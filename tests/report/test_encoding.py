import json

from hypothesis import given
from hypothesis import strategies as st

from exporter.report.encoding import encode, visible

HOSTILE = "a\x1b[31m\x7f\x9b31m\x85\u202eb\u2066\u200b\u2028\ufeff\U000e0041"


def test_nothing_that_a_terminal_obeys_or_nobody_sees_is_in_a_document() -> None:
    document = encode({"name": HOSTILE, HOSTILE: 1})

    assert all(one.isprintable() or one == "\n" for one in document.decode())
    assert json.loads(document) == {"name": HOSTILE, HOSTILE: 1}


@given(st.text())
def test_what_is_made_visible_means_the_same(text: str) -> None:
    document = json.dumps([text], ensure_ascii=False).encode("utf-8", "surrogatepass")

    assert json.loads(visible(document).decode("utf-8", "surrogatepass")) == [text]


def test_letters_of_any_language_stay_as_they_are() -> None:
    assert visible('"한국어 ü 漢"'.encode()) == '"한국어 ü 漢"'.encode()
