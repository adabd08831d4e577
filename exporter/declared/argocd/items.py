"""Items of what Argo CD's declarations hold: Applications, their sources, ApplicationSets."""

from collections.abc import Iterator

from exporter.declared.accounting import APPLICATIONS, HIDING, OBJECTS
from exporter.declared.argocd.application_sets import Made
from exporter.declared.argocd.applications import NAMESPACE, Parsed
from exporter.declared.argocd.rules import Rules
from exporter.declared.kinds import ARGO, DELIVERING, IGNORED, group
from exporter.declared.manifests import subject_of
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.errors import ParseError
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_GITOPS = (Layer.GITOPS,)
_ALL = (Layer.GITOPS, *HIDING)
_NOT_FOLLOWED = "is no Application; what declared.kustomize names is compared"


def source_subject(key: ApplicationKey, index: int) -> Subject:
    """Return one source of an Application as a subject."""
    return Subject("Source", key.namespace, f"{key.name}/{index}")


def compared(application: DeclaredApplication) -> Item:
    """Return an Application that is looked for in the cluster."""
    subject = Subject("Application", application.key.namespace, application.key.name)
    return _item(subject, ItemState.COMPARED, application.place, layers=_GITOPS)


def repeated(application: DeclaredApplication, first: Place) -> Item:
    """Return an Application that another document declares, too, at the place that counts."""
    key = application.key
    message = f"Application {key} is declared at {first}, too, which counts"
    subject = Subject("Application", key.namespace, key.name)
    place = application.place
    return _item(subject, ItemState.UNRESOLVED, place, layers=APPLICATIONS, message=message)


def inside(parsed: Parsed) -> Iterator[Item]:
    """Yield what of an Application only a run can tell."""
    key = parsed.application.key
    entries: dict[int, list[str]] = {}
    for index, one in parsed.unresolved:
        entries.setdefault(index, []).append(one.message)
    places = {index: one.place for index, one in parsed.unresolved}
    for index, messages in entries.items():
        # It hides nothing by itself: what it could excuse is compared all the same.
        subject = Subject(IGNORED, key.namespace, f"{key.name}/{index}")
        message = "; ".join(messages)
        yield _item(subject, ItemState.UNRESOLVED, places[index], message=message, size=0)


def of_rules(rules: Rules) -> Iterator[Item]:
    """Yield what of Argo CD's own rules only a run can tell; it hides nothing by itself."""
    for subject, one in rules.unresolved:
        yield _item(subject, ItemState.UNRESOLVED, one.place, message=one.message, size=0)


def missing(key: ApplicationKey, index: int, place: Place, path: str) -> Item:
    """Return a source whose path does not exist, which ``application_source_path`` reports."""
    subject, message = source_subject(key, index), f"path {path} does not exist"
    return _item(
        subject, ItemState.UNREADABLE, place, layers=HIDING, message=message, is_broken=True
    )


def refused(key: ApplicationKey, index: int, place: Place, message: str) -> Item:
    """Return a source that is over a limit; the failure's own item tells of it."""
    subject = source_subject(key, index)
    return _item(
        subject, ItemState.UNREADABLE, place, layers=HIDING, message=message, is_broken=True
    )


def application_set(made: Made, place: Place, *, stands_in: bool = False) -> Item:
    """Return an ApplicationSet: its Applications are compared in its stead, if all are known.

    Of a broken one, what it last made may stand in.
    """
    state, messages = ItemState.COMPARED, [one.message for one in made.unresolved]
    if made.failures:
        state, messages = ItemState.UNREADABLE, [one.message for one in made.failures]
    elif messages:
        state = ItemState.UNRESOLVED
    return _item(
        Subject("ApplicationSet", made.key.namespace, made.key.name),
        state,
        place,
        layers=_ALL if made.failures else APPLICATIONS,
        message="; ".join(dict.fromkeys(messages)),
        size=0 if stands_in else max(1, made.lost),
        is_broken=bool(made.failures),
    )


def malformed(kind: str, key: ApplicationKey, place: Place, message: str) -> Iterator[Item]:
    """Yield a declaration that makes no sense, with the source that it must have had."""
    subject = Subject(kind, key.namespace, key.name)
    for one, layers in ((subject, _GITOPS), (source_subject(key, 0), HIDING)):
        yield _item(
            one, ItemState.UNREADABLE, place, layers=layers, message=message, is_broken=True
        )


def other(manifest: Manifest) -> Item:
    """Return an object that lies among Applications, and that no Application delivers.

    The setting names places of Applications: what else lies there is no part of it, but what
    Argo CD or a tool like it would act on.
    """
    content, place = manifest.content, manifest.place
    acts = group(content) == ARGO or (group(content), manifest.kind) in DELIVERING
    try:
        subject = subject_of(manifest, NAMESPACE if acts else "")
    except ParseError:
        subject = Subject("File", "", place.path)
    if acts:
        message = f"no check compares {subject.kind} yet"
        return _item(subject, ItemState.UNSUPPORTED, place, layers=_GITOPS, message=message)
    return _item(subject, ItemState.OUT_OF_SCOPE, place, message=_NOT_FOLLOWED)


def _item(  # noqa: PLR0913 - the parts of one value
    subject: Subject,
    state: ItemState,
    place: Place,
    *,
    layers: tuple[Layer, ...] = OBJECTS,
    message: str = "",
    size: int = 1,
    is_broken: bool = False,
) -> Item:
    return Item(
        source=Source.ARGOCD,
        subject=subject,
        state=state,
        place=place,
        layers=layers,
        message=message,
        size=size,
        broken=is_broken,
    )
