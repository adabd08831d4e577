"""Declared fields that an object in the cluster does not have, whatever its kind."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from exporter.checks.wording import excerpt, listing
from exporter.domain.declaration import DeclaredManifest
from exporter.domain.fields import text_of
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.fingerprint import is_masked, may_be_shown
from exporter.domain.images import Mirror, same_image
from exporter.domain.json import Json, JsonObject, as_object, dig
from exporter.domain.manifest import Difference, differences

MAX_SHOWN: Final = 20
MAX_COUNTED: Final = 1_000
_LARGEST: Final = 300

TRACKING_LABEL: Final = "app.kubernetes.io/instance"
TOOLS: Final = ("kubectl.kubernetes.io/", "argocd.argoproj.io/", "deployment.kubernetes.io/")
"""Prefixes of the annotations that tools write about an object."""


def drift(
    declared: DeclaredManifest,
    have: JsonObject,
    *,
    elsewhere: Iterable[str] = (),
    kind: str = "",
    mirrors: Iterable[Mirror] = (),
) -> list[Difference]:
    """Return the first declared fields that *have* lacks, or has another value for.

    *elsewhere* are pointers to what others judge; *kind* is that of an object that is no workload.
    Images may come from *mirrors*.
    """
    metadata = as_object(declared.manifest.get("metadata"))
    annotations = as_object(metadata.get("annotations"))
    own = {key: value for key, value in annotations.items() if not key.startswith(TOOLS)}
    content = {
        **declared.manifest,
        "metadata": {"labels": metadata.get("labels"), "annotations": own},
    }
    ignored = (*declared.ignored, *elsewhere, *_tracked(declared, have))
    found = differences(content, have, ignored=ignored, kind=kind)
    mirrors = tuple(mirrors)
    if mirrors:
        found = (one for one in found if not _is_mirrored(one, mirrors))
    return list(islice(found, MAX_COUNTED))


def _is_mirrored(difference: Difference, mirrors: Iterable[Mirror]) -> bool:
    """Tell whether a difference is no more than that an image comes from a mirror."""
    match difference.declared, difference.observed:
        case str() as declared, str() as observed:
            of_an_image = difference.pointer.endswith("/image")
            return of_an_image and same_image(declared, observed, mirrors=mirrors)
        case _:
            return False


def judged(
    check: str, subject: Subject, declared: DeclaredManifest, found: Sequence[Difference]
) -> Finding:
    """Return what *check* finds of an object, given which declared fields it lacks.

    A value that a dump masks may be the declared one: of that alone nothing is known. Nor is of any
    other where Argo CD may leave it to somebody.
    """
    masked = [difference for difference in found if is_masked(difference.observed)]
    if masked and len(masked) == len(found):
        detail = f"the dump masks what is declared here: {_pointers(masked)}"
        return _unseen(check, subject, declared, masked, detail=detail)
    found = [difference for difference in found if not is_masked(difference.observed)]
    if found and declared.leaves:
        why = excerpt(declared.leaves)
        detail = f"ignoreDifferences may leave to others ({why}) what differs: {_pointers(found)}"
        return _unseen(check, subject, declared, found, detail=detail)
    shown = found[:MAX_SHOWN]
    places = dict.fromkeys(declared.place_of(difference.position) for difference in shown)
    return Finding(
        check=check,
        subject=subject,
        verdict=Verdict.FAIL if found else Verdict.PASS,
        detail=_describe(found),
        declared={difference.pointer: _short(difference.declared) for difference in shown} or None,
        observed={difference.pointer: _seen(difference) for difference in shown} or None,
        provenance=tuple(places) or (declared.place,),
    )


def _pointers(found: Iterable[Difference]) -> str:
    return listing([excerpt(difference.pointer) for difference in found])


def _unseen(
    check: str,
    subject: Subject,
    declared: DeclaredManifest,
    found: Sequence[Difference],
    *,
    detail: str,
) -> Finding:
    """Return that nobody can tell whether what was *found* differs."""
    shown = found[:MAX_SHOWN]
    places = dict.fromkeys(declared.place_of(difference.position) for difference in shown)
    return Finding(
        check=check,
        subject=subject,
        verdict=Verdict.UNKNOWN,
        detail=detail,
        provenance=tuple(places),
    )


def _tracked(declared: DeclaredManifest, have: JsonObject) -> Iterator[str]:
    """Yield the label in which Argo CD writes its Application's name, where it did so."""
    name = declared.application.name if declared.application else ""
    if name and dig(have, "metadata", "labels", TRACKING_LABEL) == name:
        yield "/metadata/labels/" + TRACKING_LABEL.replace("/", "~1")


def _describe(found: Sequence[Difference]) -> str:
    if not found:
        return ""
    count = f"{MAX_COUNTED} or more" if len(found) == MAX_COUNTED else str(len(found))
    verb = "field differs" if len(found) == 1 else "fields differ"
    return f"{count} declared {verb}: {_pointers(found)}"


def _seen(difference: Difference) -> Json:
    """Return an observed value that may be shown: what could be a secret is nobody's business."""
    return _short(may_be_shown(difference.pointer, difference.observed))


def _short(value: Json) -> Json:
    """Return *value*, or the beginning of its text where it is too long to be read."""
    if isinstance(value, str):
        return excerpt(value)
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return excerpt(f"({text_of(value)})")
    return value if len(text) <= _LARGEST else excerpt(text)
