"""A small repository of every kind that Argo CD and Kustomize read, and ways to change it."""

import json
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

URL = "https://git.example/iac.git"
SETTINGS = """
repository: {{path: repository, url: {url}, revision: {revision}}}
declared:
  ansible: {{inventory: inventory/hosts.yml}}
  argocd: [applications, root]
  kustomize: [standalone/*]
  {more}
observed: {{snapshot: snapshot}}
"""
NAMES = ("shop", "cart", "mail", "blog")


def application(name: str, path: str, **source: object) -> str:
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {
                "source": {"repoURL": URL, "path": path, **source},
                "destination": {"name": "in-cluster", "namespace": name},
            },
        },
        indent=1,
    )


def deployment(name: str, replicas: int = 1) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n"
        f"spec:\n  replicas: {replicas}\n  template:\n    spec:\n"
        f"      containers: [{{name: main, image: 'example.org/{name}:{replicas}'}}]\n"
    )


def config_map(name: str, **data: str) -> str:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {json.dumps(data)}\n"
    )


GENERATOR = f"""
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: many, namespace: argocd}}
spec:
  generators:
    - git: {{repoURL: {URL}, revision: HEAD, directories: [{{path: generated/*}}]}}
  template:
    metadata: {{name: 'many-{{{{path.basename}}}}'}}
    spec:
      source: {{repoURL: {URL}, path: '{{{{path}}}}', targetRevision: HEAD}}
      destination: {{name: in-cluster, namespace: many}}
"""
FILES: Mapping[str, str] = {
    **{f"applications/{one}.yaml": application(one, f"apps/{one}") for one in NAMES},
    **{f"apps/{one}/deployment.yaml": deployment(one) for one in NAMES},
    "applications/overlay.yaml": application("overlay", "overlays/prod"),
    "applications/config.yaml": application("config", "config"),
    "applications/chart.yaml": application("chart", "chart", helm={"valueFiles": ["more.yaml"]}),
    "applications/generator.yaml": GENERATOR,
    "root/root.yaml": application("root", "children"),
    "children/one.yaml": application("one", "apps/shop"),
    "children/two.yaml": application("two", "apps/mail", kustomize={"namePrefix": "x-"}),
    "config/settings.yaml": config_map("settings", a="b"),
    "generated/a/deployment.yaml": deployment("a"),
    "generated/b/deployment.yaml": deployment("b"),
    "base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "base/deployment.yaml": deployment("based"),
    "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
    "standalone/x/kustomization.yaml": "resources: [../../base]\nnamePrefix: x-\n",
    "standalone/y/deployment.yaml": deployment("y"),
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
    "chart/values.yaml": "replicas: 1\n",
    "chart/more.yaml": "replicas: 2\n",
    "chart/templates/a.yaml": deployment("c").replace(
        "replicas: 1", "replicas: {{ .Values.replicas }}"
    ),
    "inventory/hosts.yml": "all: {hosts: {n1: {node_labels: {pool: a}}, n2: {}}}\n",
}


def lay(root: Path) -> None:
    for name, text in FILES.items():
        write(root / name, text)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        path.unlink()
    path.write_text(text)


Edit = Callable[[Path, random.Random], None]


def _file(root: Path, chance: random.Random) -> Path:
    return chance.choice(sorted(one for one in root.rglob("*.y*ml") if one.is_file()))


def scale(root: Path, chance: random.Random) -> None:
    path = _file(root, chance)
    write(path, path.read_text().replace("replicas: 1", f"replicas: {chance.randint(2, 9)}"))


def move_down(root: Path, chance: random.Random) -> None:
    path = _file(root, chance)
    write(path, "\n" * chance.randint(1, 3) + path.read_text())


def break_file(root: Path, chance: random.Random) -> None:
    path = _file(root, chance)
    write(path, path.read_text() + "\n}}: [\n")


def mend_all(root: Path, _: random.Random) -> None:
    lay(root)


def remove_file(root: Path, chance: random.Random) -> None:
    _file(root, chance).unlink()


def remove_directory(root: Path, chance: random.Random) -> None:
    folder = _file(root, chance).parent
    shutil.rmtree(folder) if not folder.is_symlink() else folder.unlink()


def add_file(root: Path, chance: random.Random) -> None:
    folder = _file(root, chance).parent
    write(folder / f"new{chance.randint(0, 9)}.yaml", deployment(f"new{chance.randint(0, 99)}"))


def add_generated(root: Path, chance: random.Random) -> None:
    name = f"g{chance.randint(0, 9)}"
    write(root / "generated" / name / "deployment.yaml", deployment(name))


def link_file(root: Path, chance: random.Random) -> None:
    """Make a link of a file, or let one that is a link lead somewhere else."""
    path, target = _file(root, chance), _file(root, chance)
    path.unlink()
    up = "../" * (len(path.relative_to(root).parts) - 1)
    path.symlink_to(f"{up}{target.relative_to(root)}")


def link_directory(root: Path, chance: random.Random) -> None:
    path = root / "apps" / "cart"
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(chance.choice(["../generated/a", "../base", "shop", "../outside", "/etc"]))


def govern(root: Path, chance: random.Random) -> None:
    """Change the rules of Argo CD itself."""
    data = chance.choice(
        [
            {"resource.exclusions": '[{"kinds": ["ConfigMap"]}]'},
            {"application.instanceLabelKey": "example.org/instance"},
            {"kustomize.buildOptions": "--load-restrictor LoadRestrictionsNone"},
            {"resource.customizations": "nothing: ["},
        ]
    )
    write(root / "config" / "argocd-cm.yaml", config_map("argocd-cm", **data))


def declare_twice(root: Path, chance: random.Random) -> None:
    name = chance.choice(NAMES)
    write(root / "children" / "again.yaml", application(name, "apps/blog"))


def note_beside(root: Path, _: random.Random) -> None:
    """Put an object beside Applications, and maybe let one of them deliver it, too."""
    write(root / "applications" / "beside.yaml", config_map("beside"))
    write(root / "applications" / "itself.yaml", application("itself", "applications"))


EDITS: tuple[Edit, ...] = (
    scale,
    move_down,
    break_file,
    mend_all,
    remove_file,
    remove_directory,
    add_file,
    add_generated,
    link_file,
    link_directory,
    govern,
    declare_twice,
    note_beside,
)
