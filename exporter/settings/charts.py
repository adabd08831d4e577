"""How Helm charts are rendered, and from which registries they are fetched."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from exporter.domain.charts import parse_registry
from exporter.domain.errors import ParseError
from exporter.settings.forms import (
    Duration,
    FilePath,
    Lies,
    Namespace,
    Quantity,
    RepositoryPath,
    Strict,
)
from exporter.settings.monitoring import BasicAuthSettings, Period, TlsSettings
from exporter.settings.texts import REGISTRY


def parse_fetched(text: str) -> str:
    """Return the address of a registry; raises :exc:`ParseError` for any other text."""
    if text.partition("://")[0] not in {"http", "https", "oci"}:
        raise ParseError("expected an address as https://charts.example.org/ or oci://host/path")
    return str(parse_registry(text))


class RegistrySettings(Strict, frozen=True, kw_only=True):
    """A registry of charts that may be asked."""

    url: Annotated[
        str,
        Meta(
            description="A Helm repository (https://charts.example.org/) or an OCI registry "
            "(oci://registry.example.org/charts/). All that lies below may be fetched.",
            extra={"parse": parse_fetched},
            extra_json_schema={"pattern": REGISTRY},
        ),
    ]
    token_file: Annotated[
        FilePath,
        Meta(description="The file of a bearer token; relative to this file, read at each request"),
    ] = ""
    basic_auth: BasicAuthSettings | None = None
    tls: TlsSettings = TlsSettings()
    headers: Annotated[dict[str, str], Meta(description="Further headers, no secrets.")] = {}
    hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Shell patterns of further hosts at which its archives may lie, or to "
            "which it may redirect: [github.com, '*.githubusercontent.com']. They get no "
            "credentials. Any other host is refused."
        ),
    ] = ()
    token_host: Annotated[
        str,
        Meta(
            description="The host that gives tokens for an OCI registry, where that is not the "
            "registry itself: auth.docker.io. It gets the credentials."
        ),
    ] = ""
    plain_http: Annotated[
        bool, Meta(description="Speak to an OCI registry without TLS. Anybody can change charts.")
    ] = False
    timeout: Annotated[Period, Meta(description="How long one download may take.")] = "30s"

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        both = "token_file" in given and "basic_auth" in given
        return "set either token_file or basic_auth" if both else ""


class RootChart(Strict, frozen=True, kw_only=True):
    """A chart of the repository that no Application deploys, and that makes Applications."""

    path: Annotated[
        RepositoryPath,
        Meta(min_length=1, description="Its directory, at or below one of declared.argocd."),
    ]
    release: Annotated[
        str, Meta(description="Its release. Default: the name of its directory.")
    ] = ""
    namespace: Annotated[Namespace, Meta(description="Where it is installed.")] = "argocd"
    values: Annotated[
        tuple[RepositoryPath, ...],
        Meta(description="Files of values in the repository, the later ones count."),
    ] = ()


class ChartsSettings(Strict, frozen=True, kw_only=True):
    """How Helm charts are rendered: as Argo CD does it for the cluster."""

    cache: Annotated[
        str,
        Meta(
            description="A folder of charts of registries, as `helm pull` writes them: "
            "NAME-VERSION.tgz, or in folders named like their registry. A relative one is relative "
            "to this file. What is fetched is stored there.",
            extra={"lies": Lies.MADE},
        ),
    ] = ""
    fetch: Annotated[
        tuple[RegistrySettings, ...],
        Meta(
            description="The registries from which charts that the folder lacks are fetched. "
            "None: nothing is fetched."
        ),
    ] = ()
    refresh: Annotated[
        Duration,
        Meta(
            description="How old what a registry has may be, where a range of versions is asked "
            "for: Argo CD's own cache is as old."
        ),
    ] = "10m"
    max_size: Annotated[
        Quantity, Meta(description="How large the folder may grow by what is fetched.")
    ] = "1Gi"
    roots: Annotated[
        tuple[RootChart, ...],
        Meta(
            description="How charts are installed that declared.argocd names or holds, and that "
            "no Application deploys. One that is named there by itself needs no entry where its "
            "own values count."
        ),
    ] = ()
    helm: Annotated[
        Literal["", "3", "4"],
        Meta(
            description="The version of helm: Argo CD has 3 up to 3.4, and 4 from 3.5 on. Empty: "
            "that of Argo CD, if its version is known, else the one that is installed."
        ),
    ] = ""
    argocd: Annotated[
        str,
        Meta(
            pattern=r"^(v?\d+\.\d+(\.\d+)?.*)?$",
            description="Argo CD's version, as 3.5.1. Empty: that of its repo-server in the "
            "cluster, where that is seen.",
        ),
    ] = ""
    kube_version: Annotated[
        str,
        Meta(
            description="The cluster's version of Kubernetes, as 1.31.2. Empty: as observed. "
            "Where nobody tells it, what a chart makes of it is compared only where every version "
            "gives the same."
        ),
    ] = ""
    api_versions: (
        Annotated[
            tuple[str, ...],
            Meta(
                description="What the cluster serves beside Kubernetes' own APIs, as group/version "
                "and group/version/Kind. Default: as observed. Where nobody tells it, what a chart "
                "makes of them is compared only where it is the same with and without each."
            ),
        ]
        | UnsetType
    ) = UNSET

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        homeless = given.get("fetch") and not given.get("cache")
        return "fetch needs cache, the folder in which charts are stored" if homeless else ""
