"""How a deployer is told to render a path: what an Application says beside the path itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.domain.items import ItemState
from exporter.domain.provenance import Place, Source
from exporter.foreign.yaml import YamlMap

_REVISION: Final = "ARGOCD_APP_REVISION"
_NOWHERE: Final = Place(Source.ARGOCD, "")


class NotPlannedError(Exception):
    """A source cannot be rendered here though it may be in order; *state* is the reason."""

    def __init__(self, state: ItemState, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.state = state
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value that is set for a chart by its dotted name; as a text where *force_string*."""

    name: str
    value: str
    force_string: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmOptions:
    """How Argo CD renders a chart for the source *owner* of an Application.

    *chart* of *repository* in *version* is one of a registry, where it does not lie in the
    checkout. *value_files* and *file_parameters* (names and paths) are as they are written.
    *values* is the YAML that stands in the Application itself. *variables* are what may be
    substituted; *references* says of each ``$ref`` which checkout has that source, if any. An empty
    *kube_version* and no *api_versions* stand for the cluster's. *place* is where the Application
    says so.

    Source: Argo CD, ``pkg/apis/application/v1alpha1/types.go`` (``ApplicationSourceHelm``).
    """

    owner: str
    release: str
    chart: str = ""
    repository: str = ""
    version: str = ""
    namespace: str = ""
    value_files: tuple[str, ...] = ()
    ignore_missing_value_files: bool = False
    values: str = ""
    parameters: tuple[Parameter, ...] = ()
    file_parameters: tuple[tuple[str, str], ...] = ()
    skip_crds: bool = False
    skip_tests: bool = False
    skip_schema_validation: bool = False
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    references: tuple[tuple[str, Checkout | None], ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    place: Place = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeOptions:
    """What Argo CD changes of a kustomization before it builds it for the source *owner*.

    *edits* are the words of its runs of ``kustomize edit``, in order; *patches* (as JSON) and
    *components* are added; where *unrestricted*, it may refer to files anywhere. *stated* has the
    options as they stand, by file, with their lines.

    Source: Argo CD, ``util/kustomize/kustomize.go``.
    """

    owner: str
    edits: tuple[tuple[str, ...], ...] = ()
    patches: str = ""
    components: tuple[str, ...] = ()
    ignore_missing_components: bool = False
    unrestricted: bool = False
    stated: tuple[tuple[str, YamlMap], ...] = field(default=(), compare=False, repr=False)

    def __bool__(self) -> bool:
        return self.edited or self.unrestricted

    @property
    def edited(self) -> bool:
        """Whether the kustomization is built otherwise than its file says."""
        return bool(self.edits or self.patches or self.components)


Options: TypeAlias = HelmOptions | KustomizeOptions


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Return *text* with the variables of Argo CD; raises :exc:`NotPlannedError` without a commit.

    What a revision is that nobody knows is left open, and no empty text.
    """
    if _REVISION in text:
        tracing.ask_elsewhere()
        if not variables.get(_REVISION):
            message = f"{text[:200]} holds the commit, which is not known"
            raise NotPlannedError(ItemState.UNRESOLVED, message)
    return substitute(text, variables)


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Return *text* with ``$NAME`` and ``${NAME}`` replaced; ``$$`` is ``$``, unknown is empty.

    Source: Argo CD, ``Env.Envsubst``; Go, ``os.Expand``.
    """
    return "".join(_expanded(text, variables))


def _expanded(text: str, variables: Mapping[str, str]) -> Iterator[str]:
    at = 0
    while at < len(text):
        if text[at] != "$" or at + 1 == len(text):
            yield text[at]
            at += 1
            continue
        name, width = _shell_name(text[at + 1 :])
        if name == "$":
            yield "$"
        elif name:
            yield variables.get(name, "")
        elif not width:
            yield "$"
        at += 1 + width


_SPECIAL: Final = frozenset("*#$@!?-0123456789")


def _shell_name(text: str) -> tuple[str, int]:
    """Return the name at the beginning of *text*, and how many characters it takes."""
    if text[0] == "{":
        if len(text) > 2 and text[1] in _SPECIAL and text[2] == "}":  # noqa: PLR2004 - "{?}"
            return text[1], 3
        end = text.find("}")
        return (text[1:end], end + 1) if end > 0 else ("", 1)
    if text[0] in _SPECIAL:
        return text[0], 1
    width = 0
    while width < len(text) and (text[width] == "_" or text[width].isalnum()):
        width += 1
    return text[:width], width
