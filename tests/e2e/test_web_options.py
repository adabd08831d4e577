"""The options of the HTTP side: wrong ones stop the start, and docs/web.md tells the right ones."""

import re
from dataclasses import asdict
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from exporter.cli import cli
from exporter.cli.serve import serve
from exporter.runtime.web.limits import Limits
from tests.e2e.reference import EXAMPLE

DOCS = (Path(__file__).parents[2] / "docs" / "web.md").read_text()


@pytest.mark.usefixtures("log_restored")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["--web.external-url", "here"], "is no address", id="external URL"),
        pytest.param(["--web.route-prefix", "/a b"], "no prefix of a path", id="prefix"),
        pytest.param(["--web.probe-address", "here"], "is no address", id="probes"),
        pytest.param(["--web.max-requests", "0"], "x>=1", id="no requests"),
        pytest.param(["--web.config.file", "web.yml"], "web.yml:2: tls: unknown key", id="file"),
        pytest.param(["--web.config.file", "none.yml"], "does not exist", id="no file"),
    ],
)
def test_what_is_wrong_stops_the_start_with_2_and_the_reason(
    arguments: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yml").write_text("\ntls: {}\n")
    settings = ["--config.file", str(EXAMPLE / "conformance.yaml")]

    done = CliRunner().invoke(cli, ["serve", *settings, *arguments])

    assert done.exit_code == 2
    assert why in " ".join(done.output.split())


def test_every_option_is_in_the_docs_with_its_default() -> None:
    options = {one.opts[0]: one for one in serve.params if isinstance(one, click.Option)}

    documented = dict(re.findall(r"^\| `(--web\.\S+)` \| (.*?) \|", DOCS, re.MULTILINE))

    assert documented.keys() == {name for name in options if name.startswith("--web.")}
    for name in ("--web.max-requests", "--web.max-connections"):
        assert documented[name] == str(options[name].default)
    assert documented["--web.telemetry-path"] == f"`{options['--web.telemetry-path'].default}`"


def test_every_limit_is_in_the_docs() -> None:
    limits = asdict(Limits())
    rows = re.findall(r"^\| .* \| (.*) \| .* \|$", DOCS.split("## Limits")[1], re.MULTILINE)
    documented = {int(number) for row in rows for number in re.findall(r"\d+", row)}

    del limits["farewell"]  # a detail of how TLS ends
    sizes = {limits.pop("line_bytes") // 1024, limits.pop("header_bytes") // 1024}

    assert documented == {int(one) for one in limits.values()} | sizes
