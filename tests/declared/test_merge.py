"""The strongest statement counts, and every disagreement is named with its places."""

import pytest

from exporter.declared import inventory
from exporter.declared.conflicts import inconsistent_labels, node_sets
from exporter.declared.merge import Merged, merge
from exporter.domain.declaration import (
    ApplicationKey,
    Attribute,
    DeclaredApplication,
    DeclaredWorkload,
    Failure,
    NodeStatement,
    Reading,
    WorkloadKey,
)
from exporter.domain.errors import Reason
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import ItemState
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from exporter.settings.declared import InventoryNode, InventorySettings
from exporter.settings.nodes import GroupSettings, MatchSettings

TERRAFORM = Place(Source.TERRAFORM, "terraform/main.tf", 7)
ANSIBLE = Place(Source.ANSIBLE, "ansible/hosts.ini", 3)
BY_HAND = Place(Source.INVENTORY, "conformance.yaml")
SCAN = ApplicationKey("argocd", "scan")


def statement(
    place: Place,
    *,
    name: str = "a",
    labels: dict[str, str] | None = None,
    taints: tuple[str, ...] = (),
    version: str = "",
    groups: tuple[str, ...] = (),
    enumerates: bool = True,
) -> NodeStatement:
    return NodeStatement(
        name=name,
        place=place,
        enumerates=enumerates,
        groups=groups,
        labels={key: Located(value, place) for key, value in (labels or {}).items()},
        taints=tuple(Located(Taint.parse(text), place) for text in taints),
        attributes={Attribute.VERSION: Located(version, place)} if version else {},
    )


def together(*statements: NodeStatement, groups: tuple[GroupSettings, ...] = ()) -> Merged:
    readings = [Reading(source=one.place.source, nodes=(one,)) for one in statements]
    return merge([*readings, by_hand(*groups)])


def by_hand(*groups: GroupSettings) -> Reading:
    return inventory.read(InventorySettings(), groups=groups, path=BY_HAND.path)


def test_the_later_statement_counts_and_the_conflict_names_both_places() -> None:
    merged = together(
        statement(TERRAFORM, labels={"domain": "scan"}),
        statement(ANSIBLE, labels={"domain": "ai"}),
    )

    (conflict,) = merged.conflicts
    assert merged.nodes.nodes["a"].labels["domain"] == Located("ai", ANSIBLE)
    assert (conflict.name, conflict.attribute) == ("a", "labels.domain")
    assert [one.place for one in conflict.statements] == [TERRAFORM, ANSIBLE]
    assert "terraform/main.tf:7" in conflict.message
    assert "ansible/hosts.ini:3" in conflict.message


def test_agreement_is_no_conflict() -> None:
    merged = together(
        statement(
            TERRAFORM, labels={"domain": "ai"}, taints=("a=b:NoSchedule",), version="v1.28.4"
        ),
        statement(ANSIBLE, labels={"domain": "ai"}, taints=("a=b:NoSchedule",), version="1.28.4"),
    )

    assert merged.conflicts == ()
    assert len(merged.nodes.nodes["a"].taints) == 1


def test_a_value_that_no_label_can_have_never_counts() -> None:
    merged = together(
        statement(ANSIBLE, labels={"domain": "ai"}),
        statement(TERRAFORM, labels={"domain": "scan,chat"}),
    )

    assert merged.nodes.nodes["a"].labels["domain"].value == "ai"
    assert merged.nodes.nodes["a"].unknown == {}
    assert len(merged.conflicts) == 1
    assert "'scan,chat' is no legal value" in merged.unresolved[0].message


def test_an_illegal_value_that_stands_alone_is_unresolved() -> None:
    merged = together(statement(TERRAFORM, labels={"domain": "scan,chat"}))

    assert merged.nodes.nodes["a"].labels == {}
    assert set(merged.nodes.nodes["a"].unknown) == {"labels.domain"}
    assert merged.unresolved[0].place == TERRAFORM


def test_taints_of_several_sources_add_up() -> None:
    merged = together(
        statement(TERRAFORM, taints=("a=1:NoSchedule", "b:NoExecute")),
        statement(ANSIBLE, taints=("a=1:NoExecute",)),
    )

    taints = [str(one.value) for one in merged.nodes.nodes["a"].taints]
    assert taints == ["a=1:NoExecute", "a=1:NoSchedule", "b:NoExecute"]
    assert merged.conflicts == ()


def test_one_taint_with_two_values_is_a_conflict() -> None:
    merged = together(
        statement(TERRAFORM, taints=("a=1:NoSchedule",)),
        statement(ANSIBLE, taints=("a=2:NoSchedule",)),
    )

    assert [one.attribute for one in merged.conflicts] == ["taints.a:NoSchedule"]
    assert [str(one.value) for one in merged.nodes.nodes["a"].taints] == ["a=2:NoSchedule"]


def test_a_node_is_placed_where_it_is_listed() -> None:
    merged = together(statement(ANSIBLE, enumerates=False), statement(TERRAFORM))

    assert merged.nodes.nodes["a"].places == (TERRAFORM,)


@pytest.mark.parametrize(
    ("groups", "said", "group"),
    [
        pytest.param(
            (), (statement(ANSIBLE, groups=("api", "all")),), "api", id="inventory's first"
        ),
        pytest.param(
            (),
            (statement(ANSIBLE, groups=("api",)), statement(TERRAFORM, groups=("web",))),
            "api",
            id="Ansible before Terraform",
        ),
        pytest.param(
            (GroupSettings(name="hand", match=MatchSettings(name="a*")),),
            (statement(ANSIBLE, groups=("api",)),),
            "hand",
            id="the settings' pattern before all",
        ),
        pytest.param(
            (GroupSettings(name="spot", match=MatchSettings(labels={"kind": "spot"})),),
            (statement(ANSIBLE, groups=("api",), labels={"kind": "spot"}),),
            "spot",
            id="the settings' labels",
        ),
        pytest.param((), (statement(TERRAFORM),), "", id="none"),
    ],
)
def test_the_group_of_a_node(
    groups: tuple[GroupSettings, ...], said: tuple[NodeStatement, ...], group: str
) -> None:
    merged = together(*said, groups=groups)

    assert merged.nodes.nodes["a"].group == group
    assert merged.nodes.groups[group].members == {"a"}


def test_a_group_of_the_settings_may_be_elastic() -> None:
    spot = GroupSettings(name="spot", match=MatchSettings(name="spot-*"), min=0, max=10)

    merged = together(statement(ANSIBLE), groups=(spot,))

    group = merged.nodes.groups["spot"]
    assert (group.minimum, group.maximum, group.members) == (0, 10, frozenset())
    assert merged.nodes.group_of("spot-7", {}) == "spot"
    assert merged.nodes.group_of("other", {}) == ""


def test_bounds_that_the_settings_do_not_give_are_none() -> None:
    merged = together(statement(ANSIBLE), groups=(GroupSettings(name="a"),))

    assert (merged.nodes.groups["a"].minimum, merged.nodes.groups["a"].maximum) == (None, None)


def test_a_group_of_the_settings_is_an_item_at_its_place() -> None:
    reading = by_hand(GroupSettings(name="spot", max=3))

    (item,) = reading.items
    assert (item.subject, item.state) == (Subject("NodeGroup", "", "spot"), ItemState.COMPARED)
    assert (item.source, item.layers) == (Source.INVENTORY, (Layer.INFRASTRUCTURE,))
    assert item.place == reading.groups[0].place == BY_HAND


def test_groups_alone_list_no_nodes() -> None:
    spot = GroupSettings(name="spot", match=MatchSettings(name="spot-*"), max=10)

    merged = together(groups=(spot,))

    assert list(merged.nodes.groups) == ["spot"]
    (gap,) = merged.nodes.incomplete
    assert gap.source is Source.INVENTORY
    assert "groups are declared alone" in gap.message


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(Reading(source=Source.TERRAFORM), id="Terraform"),
        pytest.param(Reading(source=Source.ANSIBLE), id="Ansible"),
        pytest.param(
            Reading(source=Source.INVENTORY, nodes=(statement(BY_HAND),)), id="nodes by hand"
        ),
    ],
)
def test_groups_beside_a_list_of_nodes_hide_none(listing: Reading) -> None:
    spot = GroupSettings(name="spot", max=10)

    assert merge([listing, by_hand(spot)]).nodes.incomplete == ()


def test_of_a_node_by_hand_a_malformed_taint_hides_the_taints_alone() -> None:
    node = InventoryNode(name="a", labels={"domain": "ai"}, taints=("a=b", "c:NoSchedule"))
    reading = inventory.read(InventorySettings(nodes=(node,)), path=BY_HAND.path)

    merged = merge([reading])

    a = merged.nodes.nodes["a"]
    assert [one.reason for one in reading.failures] == [Reason.MALFORMED]
    assert a.labels["domain"].value == "ai"
    assert [str(one.value) for one in a.taints] == ["c:NoSchedule"]
    assert set(a.unknown) == {"taints", "taints.c"}
    assert merged.nodes.incomplete == ()


def listing(source: Source, *names: str, complete: bool = True, broken: bool = False) -> Reading:
    place = Place(source, f"{source}/list", 1)
    lost = Failure(place, Reason.MALFORMED, "is malformed")
    return Reading(
        source=source,
        nodes=tuple(statement(place, name=name) for name in names),
        complete=complete,
        failures=(lost,) if broken else (),
    )


def test_a_node_that_one_source_lists_and_another_does_not_is_a_conflict() -> None:
    conflicts = list(node_sets([listing(Source.TERRAFORM, "a", "b"), listing(Source.ANSIBLE, "a")]))

    assert [(one.name, one.attribute) for one in conflicts] == [("b", "present")]
    assert "terraform/list:1" in conflicts[0].message
    assert "ansible (ansible/list)" in conflicts[0].message


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(listing(Source.ANSIBLE, "a", complete=False), id="incomplete"),
        pytest.param(listing(Source.ANSIBLE, "a", broken=True), id="broken"),
        pytest.param(listing(Source.ANSIBLE), id="lists no nodes at all"),
        pytest.param(listing(Source.INVENTORY, "a"), id="written by hand"),
    ],
)
def test_absence_proves_nothing_where_the_source_may_lack_nodes(other: Reading) -> None:
    assert list(node_sets([listing(Source.TERRAFORM, "a", "b"), other])) == []


def workload(**labels: str) -> DeclaredWorkload:
    place = Place(Source.KUSTOMIZE, "overlays/scan/kustomization.yaml", 5)
    spec = {"template": {"spec": {"nodeSelector": {"domain": "scan"}}}}
    return DeclaredWorkload(
        key=WorkloadKey("api", "Deployment", "scan-api"),
        manifest={"metadata": {"labels": labels}, "spec": spec},
        place=place,
        application=SCAN,
    )


def chain(*, application: str, workload_label: str, node: str) -> Merged:
    place = Place(Source.ARGOCD, "appset.yaml", 9)
    declared = DeclaredApplication(
        key=SCAN, place=place, parameters={"phase": Located(application, place)}
    )
    labels = {"domain": "scan", "phase": node}
    return merge(
        [
            Reading(
                source=Source.ARGOCD,
                applications=(declared,),
                workloads=(workload(phase=workload_label),),
            ),
            Reading(source=Source.ANSIBLE, nodes=(statement(ANSIBLE, labels=labels),)),
        ]
    )


def test_a_label_must_agree_from_the_application_to_its_nodes() -> None:
    merged = chain(application="1", workload_label="1", node="2")

    (conflict,) = inconsistent_labels(merged, labels=("phase",))

    assert (conflict.kind, conflict.name, conflict.attribute) == (
        "Application",
        "scan",
        "labels.phase",
    )
    assert [one.value for one in conflict.statements] == ["1", "1", "2"]
    assert {one.place.source for one in conflict.statements} == {
        Source.ARGOCD,
        Source.KUSTOMIZE,
        Source.ANSIBLE,
    }


def test_a_label_that_agrees_is_no_conflict() -> None:
    merged = chain(application="2", workload_label="2", node="2")

    assert list(inconsistent_labels(merged, labels=("phase", "absent"))) == []


def test_a_workload_declared_twice_and_not_alike_is_a_conflict() -> None:
    merged = merge(
        [
            Reading(source=Source.ARGOCD, workloads=(workload(phase="1"),)),
            Reading(source=Source.KUSTOMIZE, workloads=(workload(phase="2"),)),
        ]
    )

    assert [(one.kind, one.attribute) for one in merged.conflicts] == [("Deployment", "manifest")]


def test_an_application_declared_twice_and_alike_is_no_conflict() -> None:
    place = Place(Source.ARGOCD, "appset.yaml", 9)
    declared = DeclaredApplication(key=SCAN, place=place)

    merged = merge(
        [
            Reading(source=Source.ARGOCD, applications=(declared,)),
            Reading(source=Source.INVENTORY, applications=(declared,)),
        ]
    )

    assert merged.conflicts == ()
