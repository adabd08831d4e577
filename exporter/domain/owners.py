"""Owners: who is to act on a finding, by the settings, by the code, or by what it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from exporter.domain.applications import DeclaredApplications, Repository
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredApplication,
    DeclaredManifest,
)
from exporter.domain.delivered import manifest_of
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject
from exporter.domain.json import dig

_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRule:
    """Who owns the findings that *match*: shell patterns by the name of what they are held to.

    These are ``check``, ``layer``, ``kind``, ``namespace``, ``name`` and ``application``.
    """

    match: Mapping[str, str]
    owner: str

    def covers(self, known: Mapping[str, str]) -> bool:
        """Tell whether all patterns fit what is *known* of a finding."""
        return all(fnmatchcase(known[key], pattern) for key, pattern in self.match.items())


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns which finding, by the settings' *rules* and by *facts*.

    The first that says anything counts: the first rule that fits; CODEOWNERS, by the file that
    declares what a finding is about; the AppProject of its Application; the first of *labels* that
    it, or its Application, has.
    """

    rules: tuple[OwnerRule, ...] = ()
    labels: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)
    _known: dict[tuple[str, Subject], str] = field(default_factory=dict, compare=False, repr=False)

    def of(self, finding: Finding, layer: str) -> str:
        """Return the owner of a finding of this *layer*, or nothing where nobody says one."""
        key = finding.check, finding.subject
        if key not in self._known:
            found = next(filter(None, self._asked(finding, layer)), "")
            self._known[key] = " ".join(found.split())[:_LONGEST]
        return self._known[key]

    def _asked(self, finding: Finding, layer: str) -> Iterator[str]:
        manifest = manifest_of(finding.subject, self.facts)
        application = self._application(finding.subject, manifest)
        known = {
            "check": finding.check,
            "layer": layer,
            "kind": finding.subject.kind,
            "namespace": finding.subject.namespace,
            "name": finding.subject.name,
            "application": application.key.name if application else "",
        }
        yield next((rule.owner for rule in self.rules if rule.covers(known)), "")
        yield self._code_owners(finding)
        if application and application.project != "default":
            yield application.project
        yield from self._labelled(manifest, application)

    def _code_owners(self, finding: Finding) -> str:
        repository = self.facts.find(Repository)
        if repository is None:
            return ""
        found = (repository.owners_of(place.path) for place in finding.provenance)
        return " ".join(next(filter(None, found), ()))

    def _application(
        self, subject: Subject, manifest: DeclaredManifest | None
    ) -> DeclaredApplication | None:
        known = self.facts.find(DeclaredApplications)
        if known is None:
            return None
        if manifest is not None:
            return known.applications.get(manifest.application) if manifest.application else None
        if subject.kind == "Source":  # the sources of an Application are counted from 0
            subject = subject._replace(name=subject.name.rpartition("/")[0])
        elif subject.kind != "Application":
            return None
        return known.applications.get(ApplicationKey(subject.namespace, subject.name))

    def _labelled(
        self, manifest: DeclaredManifest | None, application: DeclaredApplication | None
    ) -> Iterator[str]:
        for label in self.labels:
            value = dig(manifest.manifest, "metadata", "labels", label) if manifest else None
            if isinstance(value, str):
                yield value
            if application and label in application.labels:
                yield application.labels[label].value
