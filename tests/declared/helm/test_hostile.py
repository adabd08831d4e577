"""Charts that mean harm: none reads what it must not, and each comes to an end."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.helm import Charts
from exporter.declared.helm.archives import opened
from exporter.declared.helm.chart import Asked, Chart
from exporter.declared.helm.clocks import at_another_time
from exporter.declared.helm.clusters import possible
from exporter.declared.helm.output import parse
from exporter.declared.helm.plan import Plan
from exporter.declared.options import Parameter
from exporter.declared.rendered import Rendered
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import dig
from exporter.foreign.command import Limits
from tests.cost import at_most
from tests.declared.helm.conftest import Lay, Render
from tests.declared.helm.features import chart, packed, show

SECRET = "what must not be read"


def reasons(rendered: Rendered) -> list[Reason]:
    assert rendered.manifests == ()
    return [one.reason for one in rendered.failures]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        pytest.param("chart/templates", "../outside", id="directory"),
        pytest.param("chart/f.txt", "../../secret", id="file"),
        pytest.param("chart/f.txt", "/etc/hostname", id="absolute"),
        pytest.param("chart/values.yaml", "../../secret", id="values"),
    ],
)
async def test_a_link_out_of_the_repository_is_refused(
    render: Render, lay: Lay, tmp_path: Path, link: str, target: str
) -> None:
    (tmp_path / "secret").write_text(f"a: {SECRET}\n")
    (tmp_path / "outside").mkdir()
    root = lay(chart()).root
    (root / "outside").symlink_to(tmp_path / "outside")
    (root / link).symlink_to(target)

    rendered = await render({"chart/templates.d/x.yaml": ""})

    assert reasons(rendered) == [Reason.OUTSIDE]


async def test_a_link_within_the_repository_is_followed(render: Render, lay: Lay) -> None:
    root = lay({**chart(), "shared/x.yaml": show("1")}).root
    (root / "chart/templates").symlink_to("../shared")

    rendered = await render({})

    assert [one.kind for one in rendered.manifests] == ["Deployment"]


async def test_a_link_to_what_it_lies_in_ends(render: Render, lay: Lay) -> None:
    root = lay({**chart(), "chart/templates/x.yaml": show("1")}).root
    (root / "chart/templates/loop").symlink_to("../templates")

    assert reasons(await render({})) == [Reason.MALFORMED]


async def test_a_pipe_is_not_waited_for(render: Render, lay: Lay) -> None:
    root = lay(chart()).root
    os.mkfifo(root / "chart/pipe")

    rendered = await render({})

    assert rendered.manifests == ()
    assert len(rendered.failures) == 1


@pytest.mark.usefixtures("landlock")
async def test_a_schema_reads_no_file_of_the_machine(render: Render, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"type": "string"}')
    schema = f'{{"$ref": "file://{tmp_path}/schema.json"}}'
    files = {**chart(), "chart/values.schema.json": schema, "chart/templates/x.yaml": show("1")}

    rendered = await render(files)

    assert reasons(rendered) == [Reason.MALFORMED]
    assert "permission denied" in rendered.failures[0].message


async def test_templates_see_no_environment(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)

    rendered = await render({**chart(), "chart/templates/x.yaml": show('env "TOKEN"')})

    assert reasons(rendered) == [Reason.MALFORMED]


async def test_templates_look_up_no_name(render: Render) -> None:
    files = {**chart(), "chart/templates/x.yaml": show('getHostByName "example.org"')}

    rendered = await render(files)

    (one,) = rendered.manifests
    assert dig(one.content, "metadata", "annotations", "shown") == '""'


async def test_files_outside_of_the_chart_are_not_there(render: Render) -> None:
    files = {**chart(), "secret": SECRET, "chart/templates/x.yaml": show('.Files.Get "../secret"')}

    rendered = await render(files)

    (one,) = rendered.manifests
    assert dig(one.content, "metadata", "annotations", "shown") == '""'


@pytest.mark.parametrize(
    ("template", "values"),
    [
        pytest.param("{{ tpl .Values.x . }}", "x: '{{ tpl .Values.x . }}'", id="tpl"),
        pytest.param(
            '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', "", id="include"
        ),
        pytest.param("{{ range until 999999999 }}x{{ end }}", "", id="range"),
        pytest.param('{{ "x" | repeat 1000000000 | repeat 9 }}', "", id="memory"),
    ],
)
async def test_what_does_not_end_is_ended(
    render: Render, version: str, template: str, values: str
) -> None:
    files = {**chart(), "chart/values.yaml": values, "chart/templates/x.yaml": template}
    short = Charts(helm=version, limits=Limits(seconds=3))

    rendered = await render(files, charts=short)

    assert rendered.manifests == ()
    assert len(rendered.failures) == 1


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(b"no archive", id="none"),
        pytest.param(packed({"sub/big": b"\0" * (65 << 20)}), id="bomb"),
    ],
)
async def test_an_archive_that_is_none_or_a_bomb_is_refused(render: Render, archive: bytes) -> None:
    rendered = await render({**chart(), "chart/charts/sub-1.2.3.tgz": archive})

    assert reasons(rendered) in ([Reason.MALFORMED], [Reason.TOO_LARGE])


async def test_an_archive_that_leads_out_of_itself_writes_nothing(
    render: Render, lay: Lay, tmp_path: Path
) -> None:
    archive = packed(
        {"sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.2.3", "../../x": "x"}
    )

    await render({**chart(), "chart/charts/sub-1.2.3.tgz": archive})

    assert os.listdir(tmp_path) == ["repository"]  # noqa: PTH208 - nothing else waits here
    assert lay({}).is_dir("chart")


@pytest.mark.parametrize("name", ["../../out", "/out", "a/../../../out"])
async def test_a_dependency_whose_name_leads_out_of_the_chart_is_refused(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    more = f"dependencies: [{{name: {name!r}, version: 1.0.0, repository: 'file://../sub'}}]\n"

    rendered = await render({**chart(more=more), **chart("sub", at="sub"), "sub/x": "x"})

    assert reasons(rendered) == [Reason.OUTSIDE]
    assert os.listdir(tmp_path) == ["repository"]  # noqa: PTH208 - nothing else waits here


@pytest.mark.parametrize("name", ["sub//out/x", "sub/../x", "sub/a/../../x", f"sub/{'x' * 200}\0y"])
def test_an_archive_of_a_registry_that_names_files_elsewhere_is_refused(name: str) -> None:
    archive = packed({**chart("sub", at="sub"), name: "x"})

    with pytest.raises(ReadError) as caught:
        Chart("", opened(archive, name="a.tgz"))

    assert caught.value.reason is Reason.OUTSIDE


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"release": "a\0b"}, id="release"),
        pytest.param({"parameters": (Parameter(name="a", value="b\0c"),)}, id="parameter"),
    ],
)
async def test_a_zero_byte_is_what_is_wrong_with_one_chart(
    render: Render, options: dict[str, Any]
) -> None:
    assert reasons(await render(chart(), **options)) == [Reason.MALFORMED]


async def test_a_message_names_no_path_of_the_machine(render: Render) -> None:
    rendered = await render({**chart(), "chart/values.yaml": "a: ["})

    (failure,) = rendered.failures
    assert tempfile.gettempdir() not in failure.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"{{" * 1_000_000, id="actions that never end"),
        pytest.param(b">" + b" " * 2_000_000, id="spaces"),
        pytest.param(b"semverCompare " * 200_000, id="comparisons"),
        pytest.param(b"1." * 1_000_000, id="dots"),
        pytest.param(b"now" * 700_000 + b"}}", id="a long word"),
    ],
)
def test_a_text_is_looked_through_in_time(text: bytes) -> None:
    with at_most(1_000):
        possible(Plan(release="a"), Asked(kube_version=True, api_versions=True), [text])
        at_another_time({"a": text, "b": b"{{" + text})
        list(parse(f"# Source: a/b{' ' * 500_000}c\n"))


async def test_links_that_multiply_are_bounded(render: Render, lay: Lay) -> None:
    root = lay({**chart(), "chart/d30/f": "x"}).root / "chart"
    for at in range(30):
        folder = root / f"d{at}"
        folder.mkdir()
        for name in "ab":
            (folder / name).symlink_to(f"../d{at + 1}")

    assert reasons(await render({})) == [Reason.TOO_LARGE]


async def test_very_many_dependencies_are_refused(render: Render) -> None:
    more = "dependencies:\n" + "".join(f"- {{name: d{n}, version: 1.0.0}}\n" for n in range(999))

    assert reasons(await render(chart(more=more))) == [Reason.TOO_LARGE]
