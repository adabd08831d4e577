"""What is logged is one line, whatever it holds."""

import json
import logging

import pytest

from exporter.log import configure


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("logfmt", 'level=warn logger=exporter.test msg="a \\"b\\"\\nc"', id="logfmt"),
        pytest.param("json", '"msg": "a \\"b\\"\\nc"', id="json"),
    ],
)
def test_a_message_cannot_begin_another_line(
    form: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(level="info", form=form)

    logging.getLogger("exporter.test").warning('a "b"\nc')

    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert expected in written


def test_what_is_below_the_level_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="error", form="logfmt")

    logging.getLogger("exporter.test").warning("a")

    assert capsys.readouterr().err == ""


def test_a_traceback_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="info", form="json")

    try:
        int("broken")
    except ValueError:
        logging.getLogger("exporter.test").exception("failed")

    entry = json.loads(capsys.readouterr().err)
    assert "ValueError: invalid literal" in entry["error"]
