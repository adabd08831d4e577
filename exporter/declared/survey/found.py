"""What a survey finds: paths that settings may name, each with its reason."""

from typing import Annotated

from msgspec import Meta, Struct

MOST = 200
"""How many findings of one sort are kept; nobody reads more of them in a file of settings."""
Text = Annotated[str, Meta(max_length=1000)]


class Found(Struct, frozen=True):
    """A *path* of the repository, and *why* it is taken for what it is."""

    path: Text
    why: Text


class Terraform(Struct, frozen=True, kw_only=True):
    """A root module that makes nodes or pools.

    *node_name* is the argument of module calls that names a node, *tags* which tags stand for which
    labels, each with its reason.
    """

    path: Text
    why: Text
    node_name: Text = ""
    node_name_why: Text = ""
    tags: tuple[tuple[Text, Text, Text], ...] = ()


class Remote(Struct, frozen=True):
    """A repository that Applications deploy from: how often, and whether what they name is here."""

    url: Text
    count: int
    here: bool


class Survey(Struct, frozen=True, kw_only=True):
    """All that was found; *unread* are files that nobody can parse, *charts* those of registries.

    The first of *inventories* is the best one.
    """

    terraform: tuple[Terraform, ...] = ()
    inventories: tuple[Found, ...] = ()
    playbooks: tuple[Found, ...] = ()
    machines: tuple[Found, ...] = ()
    argocd: tuple[Found, ...] = ()
    kustomizations: tuple[Found, ...] = ()
    stacks: tuple[Found, ...] = ()
    remotes: tuple[Remote, ...] = ()
    charts: tuple[Found, ...] = ()
    unread: tuple[Found, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """What a survey is told: where the checkout lies, and the cluster's *nodes* with their labels.

    *addresses* are those of the nodes.
    """

    root: str
    nodes: dict[str, dict[str, str]] = {}
    addresses: tuple[str, ...] = ()
