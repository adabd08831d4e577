from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.terraform.language.values import Unknown, Value

Run = Callable[..., Any]


def test_files_of_the_repository_are_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("${not a template}\n")

    assert run('file("a.sh")') == "${not a template}\n"
    assert run('base64decode(filebase64("./a.sh"))') == "${not a template}\n"


def test_a_template_file_sees_its_own_variables_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.tpl").write_text('%{ if flags != "" }${flags}%{ endif } ${other}\n')

    found = run('templatefile("a.tpl", {flags = "--x"})', other="hidden")

    assert found == "<other is not among the variables of the template>"
    assert run('templatefile("a.tpl", {flags = "--x", other = 1})') == "--x 1\n"


def test_a_template_with_unknown_variables_stays_legible(
    value_of: Callable[..., Value], tmp_path: Path
) -> None:
    (tmp_path / "a.tpl").write_text("join ${token} --node-labels=${labels}")

    value = value_of('base64encode(templatefile("a.tpl", {token = x.y, labels = "a=b"}))')

    assert isinstance(value.data, Unknown)
    assert value.data.partial == "join ${...} --node-labels=a=b"


def test_data_in_a_file_keeps_its_lines(value_of: Callable[..., Value], tmp_path: Path) -> None:
    (tmp_path / "nodes.yaml").write_text("a:\n  type: t3\nb:\n  type: t4\n")

    value = value_of('yamldecode(file("nodes.yaml")).b.type')

    assert (value.data, value.at) == ("t4", ("nodes.yaml", 4))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('file("none")', "is not read: does not exist", id="missing"),
        pytest.param('file("../../etc/passwd")', "leads out of the repository", id="outside"),
        pytest.param('file("/etc/passwd")', "leads out of the repository", id="absolute"),
        pytest.param('file("link")', "leads out of the repository", id="link"),
        pytest.param('file("bytes")', "is not UTF-8", id="undecodable"),
        pytest.param(
            'templatefile("broken", {})', "the template broken:2 is malformed", id="broken"
        ),
        pytest.param(
            'templatefile("nested", {})', "is rendered from inside of another", id="nested"
        ),
        pytest.param("file()", "wrong number of arguments", id="no-argument"),
        pytest.param('templatefile("broken")', "wrong number of arguments", id="one-argument"),
        pytest.param('templatefile("a", [])', "is no map", id="no-map"),
    ],
)
def test_what_is_not_read_says_why(run: Run, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "a").write_text("fine")
    (tmp_path / "broken").write_text("fine\n${oops")
    (tmp_path / "nested").write_text('${templatefile("nested", {})}')

    assert reason in run(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('fileexists("a/b.txt")', True, id="exists"),
        pytest.param('fileexists("a/none")', False, id="exists-not"),
        pytest.param('fileset("a", "*.txt")', [".h.txt", "b.txt"], id="set"),
        pytest.param(
            'fileset(".", "**/*.{txt,md}")', ["a/.h.txt", "a/b.txt", "a/c/d.md"], id="set-below"
        ),
        pytest.param('fileset("none", "*")', [], id="no-folder"),
        pytest.param('filebase64("bytes")', "//4=", id="bytes"),
        pytest.param('filemd5("a/b.txt")', "900150983cd24fb0d6963f7d28e17f72", id="md5"),
        pytest.param('try(file("none"), "default")', "default", id="missing-file"),
        pytest.param('templatefile("t", {n = 2})', "b-b-abc", id="template-that-reads"),
        pytest.param('[for t in ["<${"$"}{a}>"] : templatestring(t, {a = 1})]', ["<1>"], id="text"),
    ],
)
def test_files_are_those_of_the_repository(
    run: Run, tmp_path: Path, text: str, expected: object
) -> None:
    (tmp_path / "a" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b.txt").write_text("abc")
    (tmp_path / "a" / ".h.txt").write_text("")
    (tmp_path / "a" / "c" / "d.md").write_text("")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "t").write_text('%{ for i in range(n) }b-%{ endfor }${file("a/b.txt")}')

    assert run(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('templatestring("literal", {})', id="literal"),
        pytest.param('[for t in ["${"$"}{b}"] : templatestring(t, {a = 1})]', id="other-name"),
        pytest.param('[for t in ["${"$"}{file(\\"a\\")}"] : templatestring(t, {})]', id="file"),
    ],
)
def test_a_template_in_a_text_has_names_of_its_own_and_no_files(run: Run, text: str) -> None:
    assert run(f'try({text}, "failed")') == "failed"
