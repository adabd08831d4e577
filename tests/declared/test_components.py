from typing import get_args

from exporter.declared.components import declared_components
from exporter.domain.components import KUBEADM, PRESETS, Component, Part
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source
from exporter.settings.components import ComponentSettings, Preset

PLACE = Place(Source.ANSIBLE, "cni.yml", 14)
SETTINGS = Place(Source.INVENTORY, "conformance.yaml")


def item(name: str, kind: str = "Component") -> Item:
    return Item(
        source=Source.ANSIBLE,
        subject=Subject(kind, "", name),
        state=ItemState.COMPARED,
        place=PLACE,
        layers=(Layer.CONFIGURATION,),
    )


def test_settings_may_name_each_usual_component() -> None:
    assert set(get_args(Preset)) == {*PRESETS, KUBEADM}


def test_components_come_from_code_and_from_settings() -> None:
    found = declared_components([item("calico"), item("x", "Node")], ["kubeadm"], SETTINGS.path)

    assert set(found.components) == {"calico", "control-plane", "coredns", "kube-proxy"}
    assert found.places["calico"] == (PLACE,)
    assert found.places["coredns"] == (SETTINGS,)


def test_one_that_both_name_has_both_places() -> None:
    found = declared_components([item("calico")], ["calico"], SETTINGS.path)

    assert found.places == {"calico": (PLACE, SETTINGS)}


def test_a_component_of_ones_own_is_a_workload() -> None:
    own = ComponentSettings(
        name="agent", kind="DaemonSet", workload="agent-*", namespace="ops", every_node=True
    )

    found = declared_components([], [own], SETTINGS.path)

    part = Part(kinds=("DaemonSet",), name="agent-*", namespaces=("ops",), everywhere=True)
    assert found.components == {"agent": Component(parts=(part,))}


def test_by_default_its_workload_has_its_name_wherever_it_is() -> None:
    found = declared_components([], [ComponentSettings(name="gate")], SETTINGS.path)

    assert found.components["gate"].parts == (Part(kinds=("Deployment",), name="gate"),)
