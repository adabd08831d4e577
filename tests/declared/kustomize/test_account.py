"""Every object that a path renders to is an item: held against kustomize's own output, as text."""

import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import reader as kustomize
from exporter.declared.kustomize.renderer import Renderer
from exporter.domain.declaration import Reading
from exporter.domain.errors import Reason
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Source
from tests.programs import building

Lay = Callable[[Mapping[str, str]], Checkout]
REFERENCE = Path(__file__).parents[3] / "examples" / "reference-cluster" / "repository"
KINDS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "Service": "v1",
    "Pod": "v1",
    "Secret": "v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "CronJob": "batch/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "Application": "argoproj.io/v1alpha1",
    "Widget": "example.org/v1",
}
_KIND = re.compile(r"^kind: (\S+)$", re.MULTILINE)


def manifest(kind: str, name: str) -> str:
    return f"apiVersion: {KINDS[kind]}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{}}\n"


async def read(checkout: Checkout, *patterns: str) -> Reading:
    renderer = Renderer(checkout, allow_remote=False, source=Source.KUSTOMIZE)
    return await kustomize.read(
        patterns, checkout=checkout, render=renderer.render, skip=frozenset()
    )


def built(program: str, checkout: Checkout, path: str) -> Counter[str]:
    output = subprocess.run(
        [*building(program), path], cwd=checkout.root, capture_output=True, check=True, text=True
    ).stdout
    return Counter(_KIND.findall(output))


def kinds(reading: Reading) -> Counter[str]:
    found = Counter(one.subject.kind for one in reading.items)
    del found["Directory"]
    return +found


def generated(seed: int) -> dict[str, str]:
    """Return a base and an overlay of it with objects of all kinds, some in one file."""
    dice = random.Random(seed)  # noqa: S311 - a shape, no secret
    files = {}
    for number in range(dice.randint(1, 6)):
        chosen = dice.choices(sorted(KINDS), k=dice.randint(1, 5))
        objects = (manifest(kind, f"o-{number}-{at}") for at, kind in enumerate(chosen))
        files[f"base/{number}.yaml"] = "---\n".join(objects)
    names = ", ".join(name.removeprefix("base/") for name in files)
    return files | {
        "base/kustomization.yaml": f"resources: [{names}]\n",
        "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: x-\nnamespace: shop\n"
        "configMapGenerator: [{name: c, literals: [a=b]}]\n",
    }


@pytest.mark.parametrize("seed", range(6))
async def test_every_object_that_kustomize_prints_is_one_item(
    lay: Lay, kustomize: str, seed: int
) -> None:
    checkout = lay(generated(seed))

    reading = await read(checkout, "overlay")

    assert kinds(reading) == built(kustomize, checkout, "overlay")


async def test_every_object_of_the_reference_cluster_is_one_item(kustomize: str) -> None:
    checkout = Checkout.at(REFERENCE)
    paths = checkout.match("k8s/overlays/*")

    reading = await read(checkout, "k8s/overlays/*")

    printed = sum((built(kustomize, checkout, path) for path in paths), Counter[str]())
    assert kinds(reading) == printed
    assert sum(one.subject.kind == "Directory" for one in reading.items) == len(paths)


async def test_every_document_of_plain_files_is_one_item(lay: Lay) -> None:
    files = {f"a/{number}.yaml": text for number, text in enumerate(generated(1).values()) if text}
    checkout = lay({name: text for name, text in files.items() if "apiVersion" in text})
    text = "".join(one.read_text() for one in (checkout.root / "a").iterdir())

    reading = await read(checkout, "a")

    assert kinds(reading) == Counter(_KIND.findall(text))


def of(reading: Reading, kind: str) -> list[Item]:
    return [one for one in reading.items if one.subject.kind == kind]


@pytest.mark.parametrize(
    ("files", "state", "message"),
    [
        pytest.param({"a/a.yaml": manifest("Service", "a")}, "compared", "", id="plain"),
        pytest.param(
            {"a/kustomization.yaml": "resources: []"}, "compared", "", id="kustomization of nothing"
        ),
        pytest.param({"a/Chart.yaml": "name: a"}, "not_rendered", "Helm chart", id="chart"),
        pytest.param(
            {"a/kustomization.yaml": "resources: [b.yaml]"},
            "unreadable",
            "does not exist",
            id="broken",
        ),
    ],
)
async def test_a_path_is_an_item_itself(
    lay: Lay, kustomize: str, files: dict[str, str], state: str, message: str
) -> None:
    assert kustomize

    reading = await read(lay(files | {"b/b.yaml": manifest("Service", "b")}), "a", "b")

    found = next(one for one in reading.items if one.subject == Subject("Directory", "", "a"))
    assert (found.state, found.size) == (ItemState(state), 1)
    assert message in found.message
    assert found.layers[0] is Layer.APPLICATIONS


async def test_a_single_file_is_an_item_of_its_own_kind(lay: Lay) -> None:
    reading = await read(lay({"a.yaml": manifest("Service", "a")}), "*.yaml")

    assert [one.origin for one in of(reading, "Service")] == [Subject("File", "", "a.yaml")]
    assert [one.state for one in of(reading, "File")] == [ItemState.COMPARED]


async def test_a_broken_overlay_weighs_as_much_as_before_and_is_told_once(
    lay: Lay, kustomize: str
) -> None:
    assert kustomize
    good = {"a/kustomization.yaml": "resources: [a.yaml]", "a/a.yaml": manifest("Pod", "a")}
    broken = good | {"a/a.yaml": manifest("Pod", "a") + "x: [\n"}

    before, after = await read(lay(good), "a"), await read(lay(broken), "a")

    assert weight(before) == weight(after) == 1
    assert [(one.subject.name, one.size) for one in of(after, "File")] == [("a/a.yaml", 0)]
    assert all(one.broken for one in after.items)
    assert len(after.failures) == 1


def weight(reading: Reading) -> float:
    """Return what all items weigh that nobody compares."""
    weights = DeclaredItems(reading.items).weights
    unread = {one.subject: one for one in reading.items if one.state.is_unread}
    return sum(weights.get(one.subject, 1.0) * one.size for one in unread.values())


async def test_a_broken_file_weighs_as_much_as_before(lay: Lay) -> None:
    good = {"a/a.yaml": manifest("Pod", "a"), "a/b.yaml": manifest("Pod", "b")}
    broken = good | {"a/b.yaml": manifest("Pod", "b") + "x: [\n"}

    before, after = await read(lay(good), "a"), await read(lay(broken), "a")

    assert weight(before) == weight(after) == 1
    assert [one.state for one in of(after, "Directory")] == [ItemState.COMPARED]
    assert [(one.subject.name, one.entry) for one in of(after, "File")] == [
        ("a/b.yaml", "a/b.yaml")
    ]


async def test_a_missing_tool_is_told_by_the_path_that_needs_it(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", "/nowhere/kustomize")
    monkeypatch.setenv("CONFORMANCE_KUBECTL", "/nowhere/kubectl")

    reading = await read(lay({"a/kustomization.yaml": "resources: []"}), "a")

    (found,) = reading.items
    assert (found.subject.name, found.state, found.broken) == ("a", ItemState.UNREADABLE, False)
    assert [one.reason for one in reading.failures] == [Reason.TOOL]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param("image: {tag: v1}\n---\nother: 1\n", "out_of_scope", id="values"),
        pytest.param("- a\n", "out_of_scope", id="list"),
        pytest.param("kind: Deployment\n", "unresolved", id="no apiVersion"),
        pytest.param("metadata: {name: a}\nspec: {}\n", "unresolved", id="neither"),
        pytest.param("kind: List\napiVersion: v1\nitems: [3]\n", "out_of_scope", id="odd item"),
        pytest.param("a: b: c\n", "unreadable", id="broken, and no manifest"),
        pytest.param("$ANSIBLE_VAULT;1.1;AES256\n3133\n", "unreadable", id="encrypted"),
    ],
)
async def test_a_document_that_is_no_object_is_counted_by_its_file(
    lay: Lay, text: str, state: str
) -> None:
    checkout = lay({"a/values.yaml": text, "a/a.yaml": manifest("Service", "a")})

    (found,) = of(await read(checkout, "a"), "File")

    assert (found.subject.name, found.state) == ("a/values.yaml", ItemState(state))


async def test_more_broken_files_than_anybody_reads_are_all_counted(lay: Lay) -> None:
    broken = manifest("Service", "a") + "x: [\n"
    checkout = lay({f"a/{number:02}.yaml": broken for number in range(30)})

    reading = await read(checkout, "a")

    assert len(of(reading, "File")) == len(reading.failures) == 30


async def test_what_is_left_out_of_an_overlay_shares_its_weight(lay: Lay, kustomize: str) -> None:
    assert kustomize
    files = {
        "a/kustomization.yaml": "resources: [a.yaml, 'https://example.org/b.yaml']\n",
        "a/a.yaml": manifest("Deployment", "a"),
    }

    reading = await read(lay(files), "a")

    (found,) = of(reading, "Source")
    assert (found.subject.name, found.state) == (
        "a#https://example.org/b.yaml",
        ItemState.OTHER_REPOSITORY,
    )
    assert DeclaredItems(reading.items).weights[found.subject] == 0.5


async def test_an_application_that_nobody_follows_says_so(lay: Lay) -> None:
    checkout = lay({"a/a.yaml": manifest("Application", "a")})

    (found,) = of(await read(checkout, "a"), "Application")

    assert (found.state, found.origin) == (ItemState.UNRESOLVED, None)
    assert "declared.argocd" in found.advice


async def test_an_application_that_argo_cd_s_reader_follows_is_its_item(lay: Lay) -> None:
    checkout = lay({"a/a.yaml": manifest("Application", "a")})
    renderer = Renderer(checkout, allow_remote=False, source=Source.KUSTOMIZE)

    reading = await kustomize.read(
        ["a"],
        checkout=checkout,
        render=renderer.render,
        skip=frozenset(),
        followed=frozenset({("a/a.yaml", 1)}),
    )

    assert of(reading, "Application") == []
