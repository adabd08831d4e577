"""What Argo CD itself tells of an Application that nobody else can render."""

import json
from collections.abc import Iterator
from dataclasses import replace

from exporter.declared.argocd.told_places import told_place
from exporter.declared.rendered import LeftOut, Manifest, Rendered
from exporter.domain.declaration import ApplicationKey
from exporter.domain.items import ItemState
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place
from exporter.domain.renderings import ArgocdRendering

SEVERAL = "Argo CD renders its several sources into one answer, which cannot be told apart"


def with_told(
    rendered: Rendered, key: ApplicationKey, told: ArgocdRendering | None, *, alone: bool
) -> Rendered:
    """Return what Argo CD tells in the place of what could not be *rendered* at all.

    Only of an Application with one source that delivers (*alone*) its answer is that source's.
    """
    whole = rendered.whole
    if told is None or whole is None or whole.state is not ItemState.NOT_RENDERED:
        return rendered
    why = told.refusal if alone else SEVERAL
    if why:
        return Rendered(left_out=(replace(whole, message=_asked(whole, why)),))
    manifests = list(_manifests(told, told_place(key, told)))
    if len(manifests) < len(told.manifests):
        why = "some of what it renders is no object"
        return Rendered(left_out=(replace(whole, message=_asked(whole, why)),))
    return Rendered(manifests=tuple(manifests))


def _asked(whole: LeftOut, why: str) -> str:
    return f"{whole.message}; Argo CD was asked for it: {why[:300]}"


def _manifests(told: ArgocdRendering, place: Place) -> Iterator[Manifest]:
    for text in told.manifests:
        content = _object(text)
        if content is not None:
            yield Manifest(content=content, place=place)


def _object(text: str) -> JsonObject | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
