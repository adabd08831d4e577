"""Pages of checks and runbooks are served as they are written, and none of their text is markup."""

import re
from pathlib import Path

import pytest

from exporter.checks import ALL
from exporter.report.status import manual

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("folder", manual.FOLDERS)
def test_every_page_is_served_whole(folder: str) -> None:
    assert manual.names(folder) == tuple(sorted(one.stem for one in (DOCS / folder).glob("*.md")))
    for name in manual.names(folder):
        source = manual.text(folder, name)
        assert source is not None
        said = re.sub(r"\]\([^)\s]+\)|^```\w+$", "]", source, flags=re.MULTILINE)
        words = re.findall(r"[A-Za-z]{4,}", said)
        shown = re.sub(r"<[^>]+>", "", manual.html(source))
        assert [one for one in words if one not in shown] == [], name


def test_every_check_and_every_alert_has_its_page() -> None:
    alerts = {one.alert.full_name for one in ALL if one.alert}

    assert {one.id for one in ALL} <= set(manual.names("checks"))
    assert alerts <= set(manual.names("runbooks"))


@pytest.mark.parametrize("name", ["../secrets", "a/b", "..", "node_ready.md", ""])
def test_no_other_file_is_served(name: str) -> None:
    assert manual.text("checks", name) is None
    assert manual.text("../docs", "node_ready") is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("# A `b`", "<h1>A <code>b</code></h1>", id="heading"),
        pytest.param("a\nb", "<p>a b</p>", id="paragraph"),
        pytest.param("- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>", id="list"),
        pytest.param(
            "1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", id="nested"
        ),
        pytest.param(
            "```\n<x> | y\n```", '<pre class="copy" tabindex="0">&lt;x&gt; | y</pre>', id="code"
        ),
        pytest.param("<script>", "<p>&lt;script&gt;</p>", id="no markup"),
        pytest.param("[x](javascript:alert(1))", "<p>x)</p>", id="no script"),
        pytest.param("[x](../metrics.md)", "<p>x</p>", id="a page that is not served"),
        pytest.param(
            "[x](../checks/node_ready.md)",
            '<p><a href="../checks/node_ready">x</a></p>',
            id="a page that is",
        ),
    ],
)
def test_markdown_becomes_html(source: str, expected: str) -> None:
    assert manual.html(source) == expected


def test_a_table_has_a_head_and_rows() -> None:
    shown = manual.html("| a | b |\n|---|---|\n| `1` | 2 |")

    assert '<th scope="col">a</th><th scope="col">b</th>' in shown
    assert "<tr><td><code>1</code></td><td>2</td></tr>" in shown
