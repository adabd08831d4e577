"""However a reference to what Git keeps is written, what is in it is shown nowhere."""

import base64
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.build import Building, build
from exporter.declared.kustomize.renderer import Renderer
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Source
from tests.programs import building

Files: TypeAlias = Mapping[str, str | bytes]
Lay = Callable[[Mapping[str, str]], Checkout]
Laid = Callable[[Files], Checkout]

TOKEN = "ghp0123456789"
CODE = base64.b64encode(b"config=.git/config").decode()
LONG = "f" * 40
RESOURCES = "resources: [d.yaml]\n"
FILES = {
    "d.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec: {template: {spec: {containers: [{name: a, image: a}]}}}
        """,
    "harmless": "harmless",
    "a/b": "",
    ".git/config": f"token={TOKEN}\n",
    ".git/base/kustomization.yaml": "configMapGenerator: [{name: x, files: [config]}]\n",
    ".git/base/config": f"token={TOKEN}\n",
    ".git/component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
    "kind: Component\nconfigMapGenerator: [{name: x, files: [config]}]\n",
    ".git/component/config": f"token={TOKEN}\n",
}
PLUGIN = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: p}\nname: x\n"
ONE_LINE = (
    "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: p}, name: x, "
    "files: [config=.git/config]}"
)


def entry(text: str) -> str:
    """Return a kustomization whose only generator has *text* in it."""
    return f"{RESOURCES}configMapGenerator: [{{name: x, {text}}}]\n"


def files(text: str) -> str:
    return entry(f"files: [{text}]")


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


KUSTOMIZATIONS = {
    "plain": files("config=.git/config"),
    "without a key": files(".git/config"),
    "by way of here": files("config=./a/../.git/./config"),
    "environment": entry("envs: [.git/config]"),
    "one environment": entry("env: .git/config"),
    "in quotes": files('"config=\\x2egit/config"'),
    "folded": f"{RESOURCES}configMapGenerator:\n- name: x\n  files:\n  - >-\n"
    "    config=.git/config\n",
    "a tag of one's own": files('!foo "config=.git/config"'),
    "a tag of one's own before a plain text": files("!foo config=.git/config"),
    "a verbatim tag": files("!<x:y> config=.git/config"),
    "a tag that YAML does not have": files("!!foo config=.git/config"),
    "a tag that Ansible has": files("!unsafe config=.git/config"),
    "a tagged list": entry("files: !foo [config=.git/config]"),
    "a tagged entry": f"{RESOURCES}configMapGenerator: [!foo {{name: x, files: [.git/config]}}]\n",
    "a tagged field": f"{RESOURCES}configMapGenerator: !x [{{name: x, files: [.git/config]}}]\n",
    "a tagged file": "!foo\n" + files("config=.git/config"),
    "a set": entry("files: !!seq [config=.git/config]"),
    "a tagged key": entry("!foo files: [config=.git/config]"),
    "a key that is said to merge": entry("!!merge files: [config=.git/config]"),
    "a field that is said to merge": f"{RESOURCES}!!merge configMapGenerator: "
    "[{name: x, files: [config=.git/config]}]\n",
    "encoded": files(f"!!binary {CODE}"),
    "an encoded key": entry("!!binary ZmlsZXM= : [config=.git/config]"),
    "a tag by a directive": "%TAG ! tag:yaml.org,2002:\n---\n" + files(f"!binary {CODE}"),
    "an alias": f"namePrefix: &a config=.git/config\n{files('*a')}",
    "an alias that stands for two": "namePrefix: &a b\nnameSuffix: &a config=.git/config\n"
    + files("*a"),
    "a key by an alias": f"namePrefix: &a files\n{entry('*a : [.git/config]')}",
    "merged": entry("<<: {files: [config=.git/config]}"),
    "merged by a tag": entry('!!merge "<<": {files: [config=.git/config]}'),
    "merged over what stands before": entry("files: [harmless], <<: {files: [.git/config]}"),
    "merged twice": entry("<<: {files: [harmless]}, <<: {files: [config=.git/config]}"),
    "merged first of a list": entry("<<: [{files: [.git/config]}, {files: [harmless]}]"),
    "a key that stands twice": entry("files: [harmless], files: [config=.git/config]"),
    "a field that stands twice": "configMapGenerator: []\n" + files("config=.git/config"),
    "another case": f"{RESOURCES}ConfigMapGenerator: [{{name: x, FILES: [config=.git/config]}}]\n",
    "another letter": entry("file\u017f: [config=.git/config]"),
    "behind a comment": "# first\n---\n" + files("config=.git/config"),
    "behind a mark of byte order": "\ufeff" + files("config=.git/config"),
    "a link": files("link"),
    "a link whose name is a number": files(f"0x{LONG}"),
    "a link whose name is a tagged number": files(f"! 0x{LONG}"),
    "a link whose name is half a number": files("0x_"),
    "a link whose name is a binary number": files("0b" + "1" * 70),
    "a link whose name is the time": files("1:20"),
    "a link whose name has two lines": files('"li\\nnk"'),
    "a directory that Git keeps": "resources: [d.yaml, .git/base]\n",
    "a directory by a tag": "resources: [d.yaml, !foo .git/base]\n",
    "a component": f"{RESOURCES}components: [!foo .git/component]\n",
    "deprecated bases": f"{RESOURCES}bases: [!foo .git/base]\n",
}
"""Kustomizations that kustomize would build with what Git keeps, or that nearly are."""

CONFIGURATIONS = {
    "plain": "files: [config=.git/config]",
    "environments": "envs: [.git/config]",
    "a tag of one's own": 'files: [!foo "config=.git/config"]',
    "a tagged list": "files: !foo [config=.git/config]",
    "a tagged key": "!foo files: [config=.git/config]",
    "encoded": f"files: [!!binary {CODE}]",
    "another case": "FILES: [config=.git/config]",
    "merged": "<<: {files: [config=.git/config]}",
    "an alias": "labels: &a {a: config=.git/config}\nfiles: [&b .git/config, c=.git/config]",
    "a link whose name is a truth": "files: [yes]",
    "a link whose name is a number": f"files: [0x{LONG}]",
}
"""Ways to say it to the generator of config maps."""

LINKS = ("link", f"0x{LONG}", "0x_", "0b" + "1" * 70, "1:20", "li\nnk", "yes")


def spellings() -> Iterator[tuple[str, Files]]:
    """Yield kustomizations with their files, by what is odd about them."""
    for name, text in KUSTOMIZATIONS.items():
        yield name, {"kustomization.yaml": text}
    for name, text in CONFIGURATIONS.items():
        plugin = f"{PLUGIN}{text}\n"
        kustomization = f"{RESOURCES}generators: [p.yaml]\n"
        yield f"plugin: {name}", {"kustomization.yaml": kustomization, "p.yaml": plugin}
        yield (
            f"inline: {name}",
            {"kustomization.yaml": f"{RESOURCES}generators:\n- |\n{indented(plugin)}"},
        )
    named = f"{RESOURCES}generators: [p.yaml]\n"
    plugin = f"{PLUGIN}files: [config=.git/config]\n"
    yield "plugin: a tagged file", {"kustomization.yaml": named, "p.yaml": f"!foo\n{plugin}"}
    yield "plugin: second", {"kustomization.yaml": named, "p.yaml": f"---\n---\n{plugin}"}
    yield "plugin: marked", {"kustomization.yaml": named, "p.yaml": f"\ufeff{plugin}"}
    listed = f"apiVersion: v1\nkind: List\nitems: [{ONE_LINE}]\n"
    yield "plugin: in a list", {"kustomization.yaml": named, "p.yaml": listed}
    yield (
        "inline: on one line, beside a file of that name",
        {"kustomization.yaml": f'{RESOURCES}generators: ["{ONE_LINE}"]\n', ONE_LINE: PLUGIN},
    )
    yield (
        "plugin: in a directory",
        {
            "kustomization.yaml": f"{RESOURCES}generators: [g]\n",
            "g/kustomization.yaml": "resources: [p.yaml]\n",
            "g/p.yaml": plugin,
        },
    )
    yield (
        "plugin: in a directory, by a tag",
        {
            "kustomization.yaml": f"{RESOURCES}generators: [g]\n",
            "g/kustomization.yaml": "resources: [p.yaml]\n",
            "g/p.yaml": f'{PLUGIN}files: [!foo "config=.git/config"]\n',
        },
    )
    old = f"imageTags: []\n{files('config=.git/config')}"
    yield "a field of old", {"kustomization.yaml": old}
    wide = files("config=.git/config").encode("utf-16")
    yield "another encoding", {"kustomization.yaml": wide}
    yield (
        "plugin: another encoding",
        {"kustomization.yaml": named, "p.yaml": plugin.encode("utf-16")},
    )


SPELLINGS = [pytest.param(content, id=name) for name, content in spellings()]


@pytest.fixture
def laid(lay: Lay) -> Laid:
    """Write a repository in which Git keeps a token, with links to it."""

    def write(content: Files) -> Checkout:
        texts = {name: text for name, text in content.items() if isinstance(text, str)}
        checkout = lay({**FILES, **texts})
        for name, data in content.items():
            if isinstance(data, bytes):
                (checkout.root / name).write_bytes(data)
        for name in LINKS:
            (checkout.root / name).symlink_to(".git/config")
        return checkout

    return write


def holds_token(*said: object) -> bool:
    """Tell whether the token stands in what was said, plain or in base64."""
    text = repr(said)
    shifted = (base64.b64encode(b"\0" * shift + TOKEN.encode()) for shift in range(3))
    return TOKEN in text or any(one[4:-4].decode() in text for one in shifted)


@pytest.mark.parametrize("content", SPELLINGS)
@pytest.mark.parametrize("allow_remote", [False, True])
async def test_a_reference_to_what_git_keeps_is_refused_before_kustomize_is_run(
    laid: Laid, content: Files, monkeypatch: pytest.MonkeyPatch, *, allow_remote: bool
) -> None:
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", "/nowhere/kustomize")
    monkeypatch.setenv("CONFORMANCE_KUBECTL", "/nowhere/kubectl")
    renderer = Renderer(laid(content), allow_remote=allow_remote, source=Source.KUSTOMIZE)

    rendered = await renderer.render("")

    assert [one.reason for one in rendered.failures] in ([Reason.OUTSIDE], [Reason.MALFORMED])
    assert all(one.place.line for one in rendered.failures)


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize("content", SPELLINGS)
async def test_kustomize_could_not_read_it_if_nobody_had_looked_before(
    laid: Laid, content: Files
) -> None:
    checkout = laid(content)

    try:
        said = await build(
            checkout, "", files={"d.yaml", *content}, how=Building(allows_remote=False)
        )
    except ReadError as error:
        said = str(error).encode()

    assert not holds_token(said)


@pytest.mark.parametrize("content", SPELLINGS)
def test_kustomize_alone_reads_it(laid: Laid, kustomize: str, content: Files) -> None:
    """Else the cases above would prove nothing."""
    checkout = laid(content)

    done = subprocess.run(
        [*building(kustomize), "."], cwd=checkout.root, capture_output=True, check=False
    )

    assert holds_token(done.stdout, done.stderr)
