"""Our plan of a rendering is what Argo CD itself does, by the answers of its own code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.declared.argocd.applications import Origin, Parsed, parse
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.rules import parse as parse_rules
from exporter.declared.argocd.sources import Deployer, render_source
from exporter.declared.checkout import Checkout
from exporter.declared.helm.plan import ELSEWHERE, plan
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.located import from_yaml
from exporter.declared.options import HelmOptions, KustomizeOptions, NotPlannedError, Options
from exporter.declared.rendered import Manifest, Rendered
from exporter.declared.repositories import Home
from exporter.domain.addresses import normalise
from exporter.domain.errors import ReadError
from exporter.domain.json import as_text, dig
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml as located
from tests.oracle.argocd.answers import OTHER, REVISION, URL, answered

Case = Mapping[str, Any]
REFUSED = {"error": True}


@dataclass(slots=True)
class Recorder:
    """Notes how a source would be rendered; directories are, as nothing else says what counts."""

    renderer: Renderer
    options: Options | None = None

    async def __call__(
        self, path: str, *, recurse: bool = False, options: Options | None = None
    ) -> Rendered:
        self.options = options
        if options is not None:
            return Rendered()
        return await self.renderer.render(path, recurse=recurse)


@dataclass(slots=True)
class Repositories:
    """The repositories of a case, laid below *top*."""

    top: Path
    case: Case
    main: Checkout = field(init=False)
    other: Checkout = field(init=False)

    def __post_init__(self) -> None:
        self.main = self._laid("main", self.case["files"])
        self.other = self._laid("other", self.case.get("other") or {})

    def _laid(self, name: str, files: Mapping[str, str]) -> Checkout:
        folder = self.top / name
        folder.mkdir()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return replace(Checkout.at(folder), revision=REVISION)

    @property
    def homes(self) -> tuple[Home, Home]:
        main, other = ({normalise(one)} for one in (URL, OTHER))
        return Home(self.main, frozenset(main)), Home(self.other, frozenset(other))

    @property
    def application(self) -> Parsed:
        namespace, _, name = self.case["name"].rpartition("_")
        references = [
            {"repoURL": address, "ref": name, "targetRevision": "main"}
            for address, name in ((URL, "here"), (OTHER, "other"))
        ]
        destination = {"server": "https://kubernetes.default.svc"}
        spec = {
            "project": self.case["project"],
            "destination": destination | {"namespace": self.case["namespace"]},
            "sources": [self.case["source"], *references],
        }
        metadata = {"name": name, "namespace": namespace or "argocd"}
        manifest = {"kind": "Application", "metadata": metadata, "spec": spec}
        tree = from_yaml(located.load(json.dumps(manifest)), Place(Source.ARGOCD, "a.yaml", 1))
        return parse(tree, home=self.homes[0], origin=Origin())


@pytest.fixture
def repositories(tmp_path: Path, case: Case) -> Repositories:
    return Repositories(tmp_path, case)


@pytest.mark.parametrize(("case", "answer"), [*answered("render")])
async def test_a_source_is_rendered_as_argo_cd_renders_it(
    repositories: Repositories, case: Case, answer: Mapping[str, Any]
) -> None:
    found = await planned(repositories, case)

    assert found == expected(answer, repositories)


async def planned(repositories: Repositories, case: Case) -> Mapping[str, Any]:
    """Return how we would render a case, or that we would not."""
    record = Recorder(Renderer(repositories.main, allow_remote=False, source=Source.ARGOCD))
    parsed = repositories.application
    try:
        rendered = await render_source(
            parsed.application,
            parsed.options[0],
            index=0,
            deployer=Deployer(
                home=repositories.homes[0],
                render=record,
                homes=repositories.homes,
                rules=rules({"kustomize.buildOptions": case.get("buildOptions", "")}),
            ),
        )
        if isinstance(record.options, HelmOptions):
            return of_helm(record.options, repositories.main, case["source"]["path"])
    except (ReadError, NotPlannedError):
        return REFUSED
    if rendered.failures:
        return REFUSED
    if record.options is None and "kustomization" not in str(case["files"]).lower():
        return {"type": "Directory", "names": sorted(map(_name, rendered.manifests))}
    return of_kustomize(
        record.options or KustomizeOptions(owner=""), repositories.main, case["source"]["path"]
    )


def rules(data: Mapping[str, str]) -> Rules:
    place = Place(Source.ARGOCD, "argocd-cm.yaml", 1)
    return parse_rules(Manifest(content={"data": dict(data)}, place=place))


def _name(manifest: Manifest) -> str:
    return as_text(dig(manifest.content, "metadata", "name"))


def of_helm(options: HelmOptions, checkout: Checkout, path: str) -> Mapping[str, Any]:
    found = plan(options, chart=path, checkout=checkout)
    if not checkout.is_file(f"{path}/Chart.yaml"):
        return REFUSED  # by helm
    where = {path: path.replace(ELSEWHERE, "$") for path in found.files}
    words = found.arguments(where, values="(values)")
    values = yaml.safe_load(found.values) if found.values else None
    return {"type": "Helm", "words": in_order(words), "values": values}


def of_kustomize(options: KustomizeOptions, checkout: Checkout, path: str) -> Mapping[str, Any]:
    components = [
        one
        for one in options.components
        if not options.ignore_missing_components or checkout.is_dir(f"{path}/{one}")
    ]
    added = [["edit", "add", "component", *components]] if components else []
    edits = [["edit", *words] for words in options.edits]
    return {
        "type": "Kustomize",
        "edits": [in_order(one) for one in (*edits, *added)],
        "patches": json.loads(options.patches or "[]"),
        "unrestricted": options.unrestricted,
    }


def expected(answer: Mapping[str, Any], repositories: Repositories) -> Mapping[str, Any]:
    """Return an answer of Argo CD in the form of ours."""
    if "error" in answer or _lacks_a_file(answer, repositories):
        return REFUSED
    calls = answer.get("calls", [])
    if answer["type"] == "Helm":
        (call,) = calls
        values = call.get("values", {}).get("(values)")
        return {"type": "Helm", "words": in_order(call["words"]), "values": values}
    if answer["type"] == "Kustomize":
        *edits, build = calls
        before = yaml.safe_load(next(iter(repositories.case["files"].values()))).get("patches", [])
        return {
            "type": "Kustomize",
            "edits": [in_order(one["words"]) for one in edits if one["words"][0] == "edit"],
            "patches": (build.get("patches") or [])[len(before) :],
            "unrestricted": "LoadRestrictionsNone" in build["words"],
        }
    return {"type": answer["type"], "names": answer.get("names") or []}


def _lacks_a_file(answer: Mapping[str, Any], repositories: Repositories) -> bool:
    """Tell whether helm would refuse it, as Argo CD hands it a file that is not there."""
    words = [word for call in answer.get("calls", []) for word in call["words"]]
    pairs = list(pairwise(words))
    files = [second for first, second in pairs if first == "--values" and second != "(values)"]
    files += [second.partition("=")[2] for first, second in pairs if first == "--set-file"]
    return not all(_is_file(file, repositories) for file in files)


def _is_file(path: str, repositories: Repositories) -> bool:
    if path.startswith("$other/"):
        return repositories.other.is_file(path.removeprefix("$other/"))
    return repositories.main.is_file(path)


def in_order(words: Sequence[str]) -> list[Any]:
    """Return words with those sorted whose order is that of a map of Go, and so of chance."""
    if words[:1] == ["edit"]:
        flags = [word for word in words if not word.startswith("--") or word == "--"]
        tail = 3 if words[1] == "add" else len(flags)
        return [
            *flags[:tail],
            *sorted(flags[tail:]),
            *(word for word in words if word not in flags),
        ]
    pairs = list(zip(words[2::2], words[3::2], strict=False))
    return [*words[:2], *_sorted_settings(pairs), *words[2 + 2 * len(pairs) :]]


def _sorted_settings(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    settings = [pair for pair in pairs if pair[0].startswith("--set")]
    first = pairs.index(settings[0]) if settings else 0
    others = [pair for pair in pairs if pair not in settings]
    return [*others[:first], *sorted(settings), *others[first:]]
