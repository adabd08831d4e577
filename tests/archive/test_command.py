"""The commands verify before they answer, and say by their exit code what came out."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exporter.archive.questions import QUESTIONS
from exporter.cli import cli
from tests.archive.kept import KEPT, SIGNER, copied


def archive(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["archive", *arguments])


def test_an_intact_archive_says_its_days_its_head_and_what_is_missing() -> None:
    done = archive("verify", str(KEPT), "--signer", str(SIGNER))

    assert done.exit_code == 0
    assert "intact, 3 reports, 2025-11-12 to 2025-11-15\nhead: " in done.stdout
    assert done.stdout.endswith("no report of 2025-11-14\n")


@pytest.mark.parametrize("command", [("verify",), ("ask",)])
def test_what_was_changed_is_said_and_nothing_is_answered(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = copied(tmp_path)
    (folder / "000001-2025-11-12.json").write_bytes(b"{}")
    more = ("conforming", "Node/n1", "--on", "2025-11-13") if command == ("ask",) else ()

    done = archive(*command, str(folder), *more, "--signer", str(SIGNER))

    assert (done.exit_code, done.stdout) == (1, "")
    assert "000001-2025-11-12.json: is not as it was written" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        pytest.param(("conforming", "Node/n1", "--on", "2025-11-12"), 0, "yes", id="answered"),
        pytest.param(("revision", "--on", "2025-11-14"), 3, "no report of", id="unknown"),
        pytest.param(("conforming", "--on", "2025-11-12"), 2, "asks about a SUBJECT", id="whom"),
        pytest.param(
            ("control", "--control", "iso27001/A.8.16", "--on", "2025-11-12"),
            0,
            "1 of 2 findings pass",
            id="control",
        ),
        pytest.param(
            ("control", "--control", "iso27001", "--on", "2025-11-12"),
            2,
            "is not known",
            id="no control",
        ),
    ],
)
def test_a_question_is_answered_or_not(arguments: tuple[str, ...], code: int, text: str) -> None:
    done = archive("ask", str(KEPT), *arguments, "--signer", str(SIGNER))

    assert done.exit_code == code
    assert text in done.output


def test_a_signer_that_is_no_key_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text("ssh-rsa AAAA")

    done = archive("verify", str(KEPT), "--signer", str(tmp_path / "key.pub"))

    assert done.exit_code == 2
    assert "is no public key of Ed25519" in done.stderr


def test_the_help_lists_the_questions() -> None:
    text = archive("ask", "--help").stdout

    assert [
        name for name, (meaning, _) in QUESTIONS.items() if f"{name:14}{meaning}" not in text
    ] == []


def test_an_archive_wants_a_key() -> None:
    done = CliRunner().invoke(cli, ["report", "--archive", "x"])

    assert done.exit_code == 2
    assert "--archive and --key go together" in done.stderr
