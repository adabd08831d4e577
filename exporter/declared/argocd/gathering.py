"""Applications and ApplicationSets, gathered from rendered objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.declared.argocd import items
from exporter.declared.argocd.application_sets import Made, make
from exporter.declared.argocd.applications import Origin, Parsed, key_of, parse
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.image_updater import updated
from exporter.declared.argocd.image_updates import Selection, selections
from exporter.declared.argocd.ledger import Ledger
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.rules import parse as parse_rules
from exporter.declared.argocd.stack import stack_of
from exporter.declared.kinds import is_declaration, is_image_updater, is_rules
from exporter.declared.located import from_manifest
from exporter.declared.remembered import Recalled, Remembered, told
from exporter.declared.rendered import Manifest
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey, DeclaredApplication, Unresolved
from exporter.domain.errors import ReadError
from exporter.domain.json import as_text, dig
from exporter.domain.monitoring.stack import StackGap, StackStatement, StackValue
from exporter.domain.provenance import Place

_METADATA = ("namespace", "name")


@dataclass(slots=True)
class Gathering:
    """What was gathered so far; *waiting* are the Applications that nobody followed yet.

    *declarations* are the places of all documents, each with its kind, namespace and name. *rules*
    are those of Argo CD itself, where they have been found.

    Of Applications that are declared twice the later one counts, the others are *superseded*.
    *later* are places at which one stands that was found when another had been followed already;
    with that as *counting*, they count from the beginning. *overrides* are those of images in the
    cluster; *selections* are the Applications that Image Updater shall keep up to date, as they are
    found, and *selected* as they count.
    """

    files: Files
    cluster: Cluster
    ledger: Ledger
    applications: dict[ApplicationKey, Parsed] = field(default_factory=dict)
    application_sets: set[str] = field(default_factory=set)
    unevaluated: set[str] = field(default_factory=set)
    declarations: set[tuple[Place, str, str, str]] = field(default_factory=set)
    stack: list[StackStatement] = field(default_factory=list)
    stack_gaps: list[StackGap] = field(default_factory=list)
    waiting: list[Parsed] = field(default_factory=list)
    rules: Rules | None = None
    counting: Mapping[ApplicationKey, Place] = field(default_factory=dict)
    overrides: Mapping[ApplicationKey, tuple[Overrides, ...]] = field(default_factory=dict)
    selected: Sequence[Selection] = ()
    selections: list[Selection] = field(default_factory=list)
    later: dict[ApplicationKey, Place] = field(default_factory=dict)
    superseded: list[DeclaredApplication] = field(default_factory=list)

    @property
    def memory(self) -> Remembered:
        """What broken declarations were."""
        return self.files.memory

    def take(self, rendered: Iterable[Manifest], namespace: str) -> None:
        """Note what is declared, each once; it lands in *namespace* where it names none."""
        for one in rendered:
            if is_declaration(one.content):
                self._take(one, namespace)
            elif is_rules(one.content):
                self._govern(one)
            elif is_image_updater(one.content):
                self._select(one, namespace)

    def _govern(self, manifest: Manifest) -> None:
        """Note the rules of Argo CD itself; where several files have some, the last counts."""
        try:
            self.rules = parse_rules(manifest)
        except ReadError as error:
            path = manifest.place.path
            self.ledger.lose(self.ledger.failure(error, path=path, part="argocd-cm"))

    def _select(self, manifest: Manifest, namespace: str) -> None:
        """Note the Applications that an ImageUpdater selects."""
        try:
            self.selections += selections(from_manifest(manifest), namespace=namespace)
        except ReadError as error:
            path = manifest.place.path
            self.ledger.lose(self.ledger.failure(error, path=path, part="ImageUpdater"))

    def _take(self, manifest: Manifest, namespace: str) -> None:
        space, name = (as_text(dig(manifest.content, "metadata", one)) for one in _METADATA)
        known = (manifest.place, manifest.kind, space or namespace, name)
        if known in self.declarations:
            return
        self.declarations.add(known)
        key = ApplicationKey(space or namespace, name)
        try:
            self._declare(manifest, key, namespace)
        except ReadError as error:
            self._stand_in(error, manifest, key, namespace)

    def _declare(self, manifest: Manifest, key: ApplicationKey, namespace: str) -> None:
        """Note an Application, or what an ApplicationSet makes; raises :exc:`ReadError`."""
        unit = (manifest.kind, key)
        if manifest.kind == "Application":
            self._add(self._parsed(manifest, namespace))
            self.memory.keep(unit, manifest)
            return
        made = self._made(manifest, namespace)
        last = None
        if made.failures:
            last = self._last_made(self.memory.recall(unit, Manifest), namespace)
        else:
            self.memory.keep(unit, manifest)
        self._expand(made, manifest.place, last=last)

    def _parsed(self, manifest: Manifest, namespace: str) -> Parsed:
        home = self.files.home
        return parse(from_manifest(manifest), home=home, origin=Origin(namespace))

    def _made(self, manifest: Manifest, namespace: str) -> Made:
        return make(
            from_manifest(manifest), files=self.files, namespace=namespace, cluster=self.cluster
        )

    def _last_made(self, last: Recalled[Manifest] | None, namespace: str) -> Recalled[Made] | None:
        """Return what an ApplicationSet made that is broken now, if it was in order then."""
        if last is None:
            return None
        made = self._made(last.value, namespace)
        return None if made.failures else Recalled(made, last.told)

    def _stand_in(
        self, error: ReadError, manifest: Manifest, key: ApplicationKey, namespace: str
    ) -> None:
        """Note a declaration that makes no sense, and in its stead what it was."""
        last = self.memory.recall((manifest.kind, key), Manifest)
        if last is None:
            self._fail(error, manifest, key)
            return
        part, path = f"{manifest.kind} {key.name}", manifest.place.path
        self.ledger.lose(self.ledger.failure(told(error, last.told), path=path, part=part))
        if manifest.kind == "Application":
            self._add(self._parsed(last.value, namespace))
        else:
            self._expand(self._made(last.value, namespace), last.value.place)

    def _expand(self, made: Made, place: Place, *, last: Recalled[Made] | None = None) -> None:
        self.application_sets.add(made.key.name)
        if not made.complete:
            self.unevaluated.add(made.key.name)
        self.ledger.items.append(items.application_set(made, place, stands_in=bool(last)))
        for failure in made.failures:
            message = f"{failure.message}; {last.told}" if last else failure.message
            self.ledger.lose(replace(failure, message=message))
        for parsed in (last.value if last else made).applications:
            self._add(parsed)

    def _add(self, parsed: Parsed) -> None:
        live = self.overrides.get(parsed.application.key, ())
        parsed = updated(parsed, live, self.selected, checkout=self.files.home.checkout)
        application = parsed.application
        counts = self.counting.get(application.key)
        if counts is not None and counts != application.place:
            self.superseded.append(application)
            return
        known = self.applications.get(application.key)
        if known is None:
            self.applications[application.key] = parsed
            self.waiting.append(parsed)
        elif known.application.place == application.place:
            first = known.application.place
            self.ledger.items.append(items.repeated(application, first))
        else:
            self._supersede(known, parsed)

    def _supersede(self, known: Parsed, parsed: Parsed) -> None:
        """Let the later of two declarations count; one that was followed already asks for more."""
        if known not in self.waiting:
            self.later[parsed.application.key] = parsed.application.place
            self.superseded.append(parsed.application)
            return
        self.waiting[self.waiting.index(known)] = parsed
        self.applications[parsed.application.key] = parsed
        self.superseded.append(known.application)
        if known.application.sources == parsed.application.sources and not _alike(known, parsed):
            again = items.repeated(known.application, parsed.application.place)
            self.ledger.items.append(again)

    def settle(self) -> list[Parsed]:
        """Return the Applications that nobody followed yet, and note what they say of themselves.

        From now on they count, whoever else declares them.
        """
        settled, self.waiting = self.waiting, []
        for parsed in settled:
            self.ledger.items.append(items.compared(parsed.application))
            self.ledger.items += items.inside(parsed)
            self._note_stack(parsed)
        return settled

    def _note_stack(self, parsed: Parsed) -> None:
        """Note what the Application says of the monitoring stack, if it is in this cluster."""
        if not self.cluster.receives(parsed.application):
            return
        try:
            found = list(stack_of(parsed, self.files))
            stated = [one for one in found if isinstance(one, StackStatement)]
            unread = [one for one in found if isinstance(one, Unresolved)]
            hidden = frozenset(StackValue) - {one.name for one in stated}
            self.stack += stated
            self.stack_gaps += [
                StackGap(place=one.place, message=one.message, names=hidden) for one in unread
            ]
            self.ledger.note(unread)
        except ReadError as error:
            part = f"Helm values of Application {parsed.application.key}"
            path = parsed.application.place.path
            self.ledger.lose(self.ledger.failure(error, path=path, part=part))

    def _fail(self, error: ReadError, manifest: Manifest, key: ApplicationKey) -> None:
        part, place = f"{manifest.kind} {key.name}".strip(), manifest.place
        failure = self.ledger.failure(error, path=place.path, part=part)
        named = _is_named(manifest)
        self.ledger.lose(failure, size=0 if named else 1)
        if named:
            self.ledger.items += items.malformed(manifest.kind, key, place, failure.message)


def _alike(one: Parsed, other: Parsed) -> bool:
    """Tell whether two Applications are rendered in the same way."""
    return [each.plain() for each in one.options] == [each.plain() for each in other.options]


def _is_named(manifest: Manifest) -> bool:
    """Tell whether a declaration that makes no sense has a name by which it can be looked up."""
    try:
        return bool(key_of(from_manifest(manifest)))
    except ReadError:
        return False
