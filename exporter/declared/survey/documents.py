"""The YAML files of a repository, each parsed once, and what they are."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from exporter.declared.ansible.documents import text_of
from exporter.declared.ansible.inventory_lines import scan_ini
from exporter.declared.ansible.kubectl import mentions_nodes
from exporter.declared.ansible.vault import VAULT_HEADER
from exporter.declared.argocd.entries import CHART
from exporter.declared.checkout import Checkout
from exporter.declared.kinds import is_rules
from exporter.declared.kustomize.kustomization import LISTS_OF_ROOTS
from exporter.declared.kustomize.kustomization import NAMES as KUSTOMIZATIONS
from exporter.declared.located import from_yaml
from exporter.declared.machines import kubeadm, objects, rancher, talos
from exporter.declared.machines.pool import kind_of
from exporter.declared.survey.found import Found
from exporter.declared.survey.values import InValues, in_values
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.domain.provenance import Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB

SUFFIXES: Final = (".yaml", ".yml", *(name for name in KUSTOMIZATIONS if "." not in name))
LARGEST: Final = 2 * MIB
APPLICATIONS: Final = frozenset({"Application", "ApplicationSet"})
ARGOCD: Final = "argoproj.io"
STACK: Final = frozenset(
    {"prometheus", "alertmanager", "grafana", "prometheusOperator", "kube-state-metrics"}
)
"""Keys of the values of kube-prometheus-stack, of which two make it known."""
VALUES: Final = "values.yaml"
TEMPLATES: Final = "templates"
_APPLICATION: Final = re.compile(r"^[ -]*kind: *[\"']?Application(?:Set)?[\"']?\s*$", re.MULTILINE)
INVENTORIES: Final = ("inventory", "inventories", "hosts")
_MACHINES: Final = (talos.read, kubeadm.read, rancher.read)


@dataclass(slots=True)
class Documents:
    """What the YAML and inventory files of a *checkout* are.

    *applications* are by file, *rules* are files that have those of Argo CD itself, *charts* are
    the templates or values that make some, by the chart's folder; *kustomizations* by folder, with
    what each refers to; *plays* by file, with the text that tells of nodes; *values*
    are those of charts that hold Applications.
    """

    checkout: Checkout
    applications: list[tuple[str, yaml.YamlMap]] = field(default_factory=list)
    kustomizations: dict[str, set[str]] = field(default_factory=dict)
    components: set[str] = field(default_factory=set)
    plays: dict[str, set[str]] = field(default_factory=dict)
    about_nodes: dict[str, int] = field(default_factory=dict)
    machines: list[Found] = field(default_factory=list)
    stacks: list[Found] = field(default_factory=list)
    inventories: dict[str, frozenset[str]] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    values: list[Found] = field(default_factory=list)
    unread: list[Found] = field(default_factory=list)

    def read(self) -> None:
        """Look at every file once."""
        for path in self._files(SUFFIXES):
            if self._is_template(path):
                self._template(path)
                continue
            try:
                self._read(path)
            except (ReadError, ParseError) as error:
                line = f":{error.line}" if error.line else ""
                self.unread.append(Found(f"{path}{line}", error.message))
        for path in self._files(("hosts", ".ini", "inventory")):
            if path not in self.inventories:
                self._inventory(path)

    def _files(self, suffixes: tuple[str, ...]) -> list[str]:
        try:
            return self.checkout.files("", suffixes=suffixes)
        except ReadError as error:
            self.unread.append(Found(error.path or ".", error.message))
            return []

    def _template(self, path: str) -> None:
        """Note a chart's template that makes Applications: as text, for it is no YAML yet."""
        folder = path[: path.index(f"{TEMPLATES}/")].rstrip("/")
        chart = posixpath.join(folder, CHART)
        if folder in self.charts or not self.checkout.is_file(chart):
            return
        if _APPLICATION.search(text_of(path, checkout=self.checkout) or ""):
            self.charts[folder] = path

    def _is_template(self, path: str) -> bool:
        """Tell whether a file is a template of a chart or a role, which is no YAML yet."""
        return TEMPLATES in path.split("/")[:-1]

    def _read(self, path: str) -> None:
        data = self.checkout.read_bytes(path, limit=LARGEST)
        if data.startswith(VAULT_HEADER):
            return  # Ansible's readers tell of it
        for document in self.checkout.read_yaml(path):
            self._take(path, document)

    def _take(self, path: str, document: yaml.Document) -> None:
        content = document.value
        if isinstance(content, list):
            self._play(path, content)
        if not isinstance(content, yaml.YamlMap):
            return
        group = as_text(content.get("apiVersion")).partition("/")[0]
        if posixpath.basename(path) in KUSTOMIZATIONS:
            self._kustomization(path, content)
        elif group == ARGOCD and as_text(content.get("kind")) in APPLICATIONS:
            self.applications.append((path, content))
        elif is_rules(as_object(yaml.plain(content))):
            self.rules.append(path)
        elif hosts := _hosts(content):
            self.inventories[path] = frozenset(hosts)
        elif len(STACK & content.keys()) > 1 and "apiVersion" not in content:
            keys = ", ".join(sorted(STACK & content.keys()))
            self.stacks.append(Found(path, f"it has the keys {keys} of kube-prometheus-stack"))
        elif "apiVersion" not in content and (made := in_values(content)):
            self._made_of_values(path, made)
        else:
            self._machine(path, document)

    def _made_of_values(self, path: str, made: InValues) -> None:
        """Note values that make Applications: the chart's own are known from its folder alone."""
        folder, name = posixpath.split(path)
        if name == VALUES and self.checkout.is_file(posixpath.join(folder, CHART)):
            self.charts.setdefault(folder, path)
        else:
            self.values.append(Found(path, str(made)))

    def _kustomization(self, path: str, content: yaml.YamlMap) -> None:
        folder = posixpath.dirname(path)
        listed = [one for key in LISTS_OF_ROOTS for one in as_list(content.get(key))]
        below = (posixpath.normpath(posixpath.join(folder, str(one))) for one in listed)
        self.kustomizations[folder] = set(below)
        if content.get("kind") == "Component":
            self.components.add(folder)

    def _play(self, path: str, content: list[Any]) -> None:
        plays = [one for one in content if isinstance(one, dict)]
        if any("hosts" in one or "import_playbook" in one for one in plays):
            self.plays[path] = {name for one in plays for name in _roles(one)}
        text = text_of(path, checkout=self.checkout) or ""
        for number, line in enumerate(text.splitlines(), 1):
            if mentions_nodes(line):
                self.about_nodes.setdefault(path, number)
        if path not in self.about_nodes and mentions_nodes(text):
            self.about_nodes[path] = 1

    def _machine(self, path: str, document: yaml.Document) -> None:
        place = self.checkout.place(Source.MACHINES, path, document.line)
        tree = from_yaml(document.value, place)
        group, kind = kind_of(tree)
        if objects.makes_machines(group):
            self.machines.append(Found(path, f"line {document.line}: a {kind} of {group}"))
        elif any(read(tree) for read in _MACHINES):
            self.machines.append(Found(path, "it configures a machine"))

    def _inventory(self, path: str) -> None:
        folder = posixpath.basename(posixpath.dirname(path))
        named = posixpath.basename(path).partition(".")[0] in INVENTORIES
        if not named and folder not in INVENTORIES:
            return
        text = text_of(path, checkout=self.checkout)
        lines = scan_ini(text) if text else None
        if lines is not None and lines.hosts and not lines.problem:
            self.inventories[path] = frozenset(lines.hosts)

    def roles_about_nodes(self) -> dict[str, str]:
        """Return the roles that label or taint nodes, with the file in which they do."""
        found: dict[str, str] = {}
        for path, line in self.about_nodes.items():
            parts = path.split("/")
            for above, name in pairwise(parts[:-1]):
                if above == "roles":
                    found.setdefault(name, f"{path}:{line}")
        return found

    def playbook_folders(self) -> Iterator[Found]:
        """Yield the folders of playbooks that speak of nodes, themselves or by their roles."""
        roles, folders = self.roles_about_nodes(), defaultdict(list)
        for path in self.plays:
            folders[posixpath.dirname(path)].append(path)
        for folder, paths in sorted(folders.items()):
            own = [f"{path}:{self.about_nodes[path]}" for path in paths if path in self.about_nodes]
            by_roles = [roles[name] for path in paths for name in self.plays[path] & roles.keys()]
            for where in (own + by_roles)[:1]:
                yield Found(folder or ".", f"{where} labels, taints or patches nodes")


def _hosts(content: yaml.YamlMap) -> set[str]:
    """Return the hosts of an inventory in YAML, none where it is something else."""
    if "apiVersion" in content or not content or not all(map(_is_group, content.values())):
        return set()
    return {host for group in content.values() for host in _hosts_below(group, 0)}


def _is_group(value: Any) -> bool:
    known = {"hosts", "children", "vars"}
    return isinstance(value, dict) and bool(value) and value.keys() <= known


def _hosts_below(group: Any, depth: int) -> Iterator[str]:
    if depth > 10:  # noqa: PLR2004 - groups in groups; nobody nests them deeper
        return
    yield from map(str, as_object(as_object(group).get("hosts")))
    for child in as_object(as_object(group).get("children")).values():
        yield from _hosts_below(child, depth + 1)


def _roles(play: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the roles of a play, as it lists them or its tasks include them."""
    for role in as_list(play.get("roles")):
        yield as_text(role) or as_text(dig(role, "role")) or as_text(dig(role, "name"))
    for key in ("tasks", "pre_tasks", "post_tasks"):
        for task in as_list(play.get(key)):
            for name, value in as_object(task).items():
                if name.endswith(("include_role", "import_role")):
                    yield as_text(dig(value, "name"))
