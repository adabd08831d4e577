"""What of a checkout there is to read."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.survey.applications import Deployments
from exporter.declared.survey.documents import Documents
from exporter.declared.survey.found import MOST, Asked, Found, Survey
from exporter.declared.survey.terraform import TerraformSurvey

_LONGEST: Final = 1000


def survey(checkout: Checkout, asked: Asked) -> Survey:
    """Return what of the *checkout* there is to read."""
    documents, terraform = Documents(checkout), TerraformSurvey(checkout, asked.nodes)
    roots = tuple(terraform.roots())
    documents.read()
    deployments = Deployments(documents)
    deployments.read()
    entries, orphans = tuple(deployments.entries()), tuple(deployments.orphans())
    delivered = [one.path for one in (*entries, *orphans)]
    return Survey(
        terraform=roots,
        inventories=_few(_inventories(documents.inventories, asked)),
        playbooks=_few(documents.playbook_folders()),
        machines=_few(_machines(documents, deployments, delivered)),
        argocd=_few((*entries, *deployments.making(), *deployments.rules(entries))),
        kustomizations=_few(orphans),
        stacks=_few((*documents.stacks, *deployments.stacks)),
        remotes=tuple(deployments.all_remotes())[:MOST],
        charts=_few(
            Found(url, f"{chart} ({file})") for (url, chart), file in deployments.charts.items()
        ),
        unread=_few((*documents.values, *terraform.unread, *documents.unread)),
    )


def _few(found: Iterable[Found]) -> tuple[Found, ...]:
    cut = (Found(one.path[:_LONGEST], one.why[:_LONGEST]) for one in found)
    return tuple(dict.fromkeys(cut))[:MOST]


def _inventories(inventories: Mapping[str, frozenset[str]], asked: Asked) -> Iterator[Found]:
    """Yield the inventories, first that of which most hosts are nodes of the cluster."""
    known = {*asked.nodes, *asked.addresses}
    folders: dict[str, set[str]] = {}
    for path, hosts in inventories.items():
        folders.setdefault(posixpath.dirname(path), set()).update(hosts)
    ranked = sorted(folders, key=lambda one: (-len(folders[one] & known), one))
    for folder in ranked:
        files = [path for path in inventories if posixpath.dirname(path) == folder]
        hits = len(folders[folder] & known)
        nodes = f", of which {hits} are nodes of the cluster" if known else ""
        why = f"it has {len(folders[folder])} hosts{nodes}"
        yield Found(files[0] if len(files) == 1 or not folder else folder, why)


def _machines(
    documents: Documents, deployments: Deployments, delivered: Iterable[str]
) -> Iterator[Found]:
    """Yield files of machines that nobody delivers: what is delivered is read with the rest."""
    for found in documents.machines:
        folder = posixpath.dirname(found.path)
        inside = (folder == one or folder.startswith(f"{one}/") for one in delivered)
        if not deployments.deploys(folder) and not any(inside):
            yield found
