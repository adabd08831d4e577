"""Random repositories of kustomizations in which every value stands on one line only.

So what kustomize builds of them says by itself which line a value comes from: the one that has its
mark (:data:`MARK`), or its number.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

import yaml

MARK: Final = re.compile(r"t\d+z")
FIRST_NUMBER: Final = 1000
"""Marks that are numbers begin here."""

_KINDS: Final = ("Deployment", "Deployment", "StatefulSet", "DaemonSet")
_KEYS: Final = ("team", "tier", "phase", "zone")


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines so that each has one of its own, as people do."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _shown(*documents: Any) -> str:
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False)


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload of some base, by its kind, its first name and the images of its containers."""

    kind: str
    name: str
    images: tuple[str, ...]


@dataclass(slots=True)
class Repository:
    """Writes files by its *random* numbers; the kustomization in ``top`` reaches all of them."""

    random: Random
    files: dict[str, str] = field(default_factory=dict)
    workloads: list[Workload] = field(default_factory=list)
    _marks: Iterator[int] = field(default_factory=count)

    def write(self) -> Mapping[str, str]:
        """Return the files by path."""
        bases = [f"base{at}" for at in range(self.random.randint(1, 2))]
        for base in bases:
            self._base(base)
        below = bases
        for at in range(self.random.randint(0, 2)):
            self._kustomization(f"middle{at}", below)
            below = [f"middle{at}"]
        self._kustomization("top", below)
        return self.files

    def _mark(self) -> str:
        return f"t{next(self._marks)}z"

    def _number(self) -> int:
        return FIRST_NUMBER + next(self._marks)

    def _base(self, folder: str) -> None:
        names = []
        for at in range(self.random.randint(1, 2)):
            path = f"{'sub/' if self.random.random() < 0.3 else ''}w{at}.yaml"
            amount = self.random.randint(1, 2)
            documents = [self._workload(f"{folder}-{at}-{more}") for more in range(amount)]
            self.files[f"{folder}/{path}"] = _shown(*documents)
            names.append(path)
        self._written(folder, {"resources": names})

    def _workload(self, name: str) -> Mapping[str, Any]:
        kind = self.random.choice(_KINDS)
        images = tuple(f"example/{name}-{at}" for at in range(self.random.randint(1, 2)))
        self.workloads.append(Workload(kind, name, images))
        containers = [self._container(f"c{at}", image) for at, image in enumerate(images)]
        spec: dict[str, Any] = {} if kind == "DaemonSet" else {"replicas": self._number()}
        return {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": {"name": name, "labels": self._pairs(), "annotations": self._pairs()},
            "spec": {
                **spec,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name, "own": self._mark()}},
                    "spec": {"nodeSelector": self._pairs(), "containers": containers},
                },
            },
        }

    def _container(self, name: str, image: str) -> Mapping[str, Any]:
        return {
            "name": name,
            "image": f"{image}:{self._mark()}",
            "args": [self._mark() for _ in range(self.random.randint(0, 2))],
            "env": [{"name": key, "value": self._mark()} for key in ("A", "B")],
            "resources": {"limits": {"cpu": self._number(), "memory": self._mark()}},
        }

    def _pairs(self) -> dict[str, str]:
        return {key: self._mark() for key in self.random.sample(_KEYS, self.random.randint(1, 2))}

    def _kustomization(self, folder: str, below: list[str]) -> None:
        content: dict[str, Any] = {"resources": [f"../{path}" for path in below]}
        if self.random.random() < 0.3:
            component = f"component-{folder}"
            changes = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
            self._written(component, changes | self._changes(component))
            content["components"] = [f"../{component}"]
        self._written(folder, content | self._changes(folder))

    def _changes(self, folder: str) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "namespace": self._mark,
            "namePrefix": lambda: f"{folder}-",
            "nameSuffix": lambda: "-x",
            "commonLabels": self._pairs,
            "commonAnnotations": self._pairs,
            "labels": self._labels,
            "images": self._images,
            "replicas": self._replicas,
            "patches": lambda: self._patches(folder),
            "patchesStrategicMerge": lambda: [self._file(folder, self._merge())],
        }
        weights = (2, 1, 1, 2, 3, 3, 4, 4, 9, 1)
        chosen = self.random.choices(list(makers), weights, k=self.random.randint(1, 5))
        return {name: makers[name]() for name in dict.fromkeys(chosen)}

    def _labels(self) -> list[Mapping[str, Any]]:
        switch = self.random.choice(("includeSelectors", "includeTemplates", "fields"))
        return [{"pairs": self._pairs(), switch: [] if switch == "fields" else True}]

    def _images(self) -> list[Mapping[str, Any]]:
        every = [image for workload in self.workloads for image in workload.images]
        return [
            {"name": image, **self.random.choice(({"newTag": self._mark()}, self._renamed(image)))}
            for image in self.random.sample(every, min(len(every), self.random.randint(1, 2)))
        ]

    def _renamed(self, image: str) -> Mapping[str, str]:
        digest = f"sha256:{self._mark()}"
        return {"newName": f"registry.example.org/{image}", "digest": digest}

    def _replicas(self) -> list[Mapping[str, Any]]:
        scaled = [one.name for one in self.workloads if one.kind != "DaemonSet"]
        chosen = self.random.sample(scaled, min(len(scaled), 1))
        return [{"name": name, "count": self._number()} for name in chosen]

    def _patches(self, folder: str) -> list[Mapping[str, Any]]:
        return [self._patch(folder) for _ in range(self.random.randint(1, 3))]

    def _patch(self, folder: str) -> Mapping[str, Any]:
        kind = self.random.random()
        if kind < 0.4:
            return {"path": self._file(folder, self._merge())}
        if kind < 0.6:
            return {"patch": _shown(self._merge())}
        workload = self.random.choice(self.workloads)
        target = {"kind": workload.kind, "name": workload.name}
        if kind < 0.7:
            merge = {**self._merge(), "metadata": {"name": "any", "annotations": self._pairs()}}
            return {"patch": _shown(merge), "target": {"kind": merge["kind"]}}
        operations = [self._operation(workload) for _ in range(self.random.randint(1, 2))]
        if kind < 0.85:
            return {"path": self._file(folder, operations), "target": target}
        return {"patch": _shown(operations), "target": target}

    def _merge(self) -> dict[str, Any]:
        """Return a patch that is merged into a workload."""
        workload = self.random.choice(self.workloads)
        spec: dict[str, Any] = {}
        template: dict[str, Any] = {}
        if workload.kind != "DaemonSet" and self.random.random() < 0.4:
            spec["replicas"] = self._number()
        if self.random.random() < 0.4:
            template["nodeSelector"] = self._pairs()
        if self.random.random() < 0.6 or not (spec or template):
            template["containers"] = [self._changed(workload)]
        if template:
            spec["template"] = {"spec": template}
        annotations = {"annotations": self._pairs()} if self.random.random() < 0.3 else {}
        return {
            "apiVersion": "apps/v1",
            "kind": workload.kind,
            "metadata": {"name": workload.name, **annotations},
            "spec": spec,
        }

    def _changed(self, workload: Workload) -> dict[str, Any]:
        at = self.random.randrange(len(workload.images) + 1)
        if at == len(workload.images):
            return {"name": "added", "image": f"example/added:{self._mark()}"}
        key = self.random.choice(("A", "C"))
        return {
            "name": f"c{at}",
            **self.random.choice(
                (
                    {"env": [{"name": key, "value": self._mark()}]},
                    {"args": [self._mark()]},
                    {"image": f"{workload.images[at]}:{self._mark()}"},
                    {"resources": {"limits": {"cpu": self._number()}}},
                )
            ),
        }

    def _operation(self, workload: Workload) -> Mapping[str, Any]:
        container = "/spec/template/spec/containers/0"
        choices: list[tuple[str, str, Any]] = [
            ("replace", f"{container}/env/0/value", self._mark()),
            ("replace", f"{container}/resources/limits/cpu", self._number()),
            ("add", f"{container}/env/-", {"name": "D", "value": self._mark()}),
            ("add", "/spec/template/spec/nodeSelector/added", self._mark()),
            ("add", "/metadata/annotations/example.org~1added", self._mark()),
            ("replace", f"{container}/image", f"{workload.images[0]}:{self._mark()}"),
        ]
        if workload.kind != "DaemonSet":
            choices.append(("replace", "/spec/replicas", self._number()))
        operation, path, value = self.random.choice(choices)
        return {"op": operation, "path": path, "value": value}

    def _file(self, folder: str, content: Any) -> str:
        name = f"patch-{next(self._marks)}.yaml"
        self.files[f"{folder}/{name}"] = _shown(content)
        return name

    def _written(self, folder: str, content: Mapping[str, Any]) -> None:
        self.files[f"{folder}/kustomization.yaml"] = _shown(content)
