"""A reading that has one of everything."""

from dataclasses import replace

from exporter.domain.declaration import (
    ApplicationKey,
    Attribute,
    DeclaredApplication,
    DeclaredWorkload,
    Deliveries,
    Failure,
    NodeGap,
    NodeStatement,
    Reading,
    Unresolved,
    WorkloadKey,
)
from exporter.domain.errors import Reason
from exporter.domain.finding import Subject
from exporter.domain.gaps import Extent, Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.json import JsonObject
from exporter.domain.monitoring.stack import StackGap, StackStatement, StackValue
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect

REVISION = "a" * 40
PLACE = Place(Source.ARGOCD, "apps/a.yaml", 3, REVISION)
OUTSIDE = Place(Source.ARGOCD, "../outside.yaml", 3, REVISION)
RUNNING = Place(Source.KUBERNETES, "ApplicationSet argocd/a")
MANIFEST: JsonObject = {
    "spec": {"replicas": 1, "paused": True, "ratio": 0.5, "list": [1, "1", None, {}]}
}
WORKLOAD = DeclaredWorkload(
    key=WorkloadKey("api", "Deployment", "a"),
    manifest=MANIFEST,
    place=PLACE,
    places={"/spec/replicas": replace(PLACE, line=7)},
    application=ApplicationKey("argocd", "a"),
    unknown=Gap(Source.ARGOCD, "why", Extent(names=frozenset({"a"}))),
)
NODE = NodeStatement(
    name="a",
    place=PLACE,
    groups=("g",),
    attributes={Attribute.ZONE: Located("z", PLACE)},
    labels={"l": Located("v", PLACE)},
    taints=(Located(Taint(key="k", effect=TaintEffect.NO_SCHEDULE), PLACE),),
)
WHOLE = Reading(
    source=Source.ARGOCD,
    nodes=(NODE,),
    workloads=(WORKLOAD,),
    applications=(
        DeclaredApplication(key=ApplicationKey("argocd", "a"), place=RUNNING, source_place=PLACE),
    ),
    stack=(StackStatement(StackValue.STORAGE, Located("1Gi", PLACE), "a"),),
    unresolved=(Unresolved(OUTSIDE, "half a character: \ud800"),),
    failures=(Failure(OUTSIDE, Reason.OUTSIDE, "leads out of the repository"),),
    items=(
        Item(
            source=Source.ARGOCD,
            subject=Subject("File", "", "../outside.yaml"),
            state=ItemState.UNREADABLE,
            place=OUTSIDE,
        ),
    ),
    gaps=(NodeGap(place=OUTSIDE, message="m", attributes=frozenset({"labels"})),),
    stack_gaps=(StackGap(place=PLACE, message="m"),),
    deliveries=Deliveries(paths={"apps": True}, declarations=frozenset({("apps/a.yaml", 3)})),
)
