"""The generator of clusters, as far as it makes something for the one that is looked at.

Source: Argo CD 3.5, ``applicationset/generators/cluster.go``. Which clusters there are, their
labels and projects stand in Secrets, which nobody reads here: what needs more than the name and
the address of this cluster is unresolved.
"""

import re
from typing import Final

from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.gotemplate import normalise_name
from exporter.declared.argocd.templating import Parameters, Templating
from exporter.declared.located import LocatedTree, UnresolvedError

KIND: Final = "clusters"
_IN_SECRETS: Final = re.compile(
    r'\{\{(?!\{)(?:[^{}]|\{(?!\{))*\b(?:metadata|project|clusters)\b|"metadata\.'
)
ASKS: Final = "a clusters generator asks a running system"
NAME_IT: Final = "cluster.destinations may say this one's name and server"


def of_cluster(
    generator: LocatedTree, *, cluster: Cluster, templating: Templating, text: str
) -> Parameters:
    """Return the parameters of this *cluster*; *text* is all that the ApplicationSet says.

    Raises :exc:`UnresolvedError` where a Secret would have to be known for that.
    """
    if cluster.identity is None:
        raise UnresolvedError(generator.place, f"{ASKS}: {NAME_IT}")
    selector = generator.object("selector")
    asks = bool(selector.object("matchLabels").fields or selector.list("matchExpressions"))
    if asks or generator.flag("flatList") or _IN_SECRETS.search(text):
        raise UnresolvedError(generator.place, f"{ASKS} for what its Secrets of clusters say")
    name, server = cluster.identity
    known = {"name": name, "nameNormalized": normalise_name(name), "server": server}
    values = {key: LocatedTree(value, generator.place) for key, value in known.items()}
    return templating.with_values(generator, Parameters(values))
