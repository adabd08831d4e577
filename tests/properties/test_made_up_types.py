"""Whatever type of resource nobody knows a declaration holds, and wherever: it is not complete."""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.checks import node_unexpected
from exporter.declared.checkout import Checkout
from exporter.declared.merge import merge
from exporter.declared.terraform.read import parse
from exporter.declared.terraform.resource_types import NEITHER
from exporter.domain.declaration import Reading
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.items import ItemState
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.runtime.expected import Expected
from exporter.settings.declared import TerraformSettings

PROVIDERS = (
    *("aws", "google", "azurerm", "digitalocean", "hcloud", "openstack", "vsphere", "proxmox"),
    *("linode", "vultr", "scaleway", "exoscale", "oci", "yandex", "alicloud", "madeup"),
)
FAMILIES = tuple(
    word.removesuffix("*") for words in NEITHER.values() for word in words.split() if "*" in word
)
KNOWN = 'resource "aws_vpc" "v" {}\nresource "aws_instance" "n" {\n  tags = { Name = "n" }\n}\n'
MADE_UP = st.builds(
    lambda provider, word: f"{provider}_x{word}x",
    st.sampled_from(PROVIDERS),
    st.from_regex(r"[a-z0-9]{1,8}(_[a-z]{1,8}){0,2}", fullmatch=True),
).filter(lambda kind: not kind.startswith(FAMILIES))

PLACES = {
    "beside": lambda kind: {"main.tf": f'{KNOWN}resource "{kind}" "r" {{}}\n'},
    "json": lambda kind: {
        "main.tf": KNOWN,
        "more.tf.json": json.dumps({"resource": {kind: {"r": {}}}}),
    },
    "counted": lambda kind: {
        "main.tf": f'{KNOWN}resource "{kind}" "r" {{\n  count = data.x.y.count\n}}\n'
    },
    "in a module": lambda kind: {
        "main.tf": f'{KNOWN}module "m" {{\n  source = "./m"\n}}\n',
        "m/main.tf": f'resource "{kind}" "r" {{}}\n',
    },
    "in a module for each of what nobody knows": lambda kind: {
        "main.tf": f'{KNOWN}module "m" {{\n  source   = "./m"\n  for_each = data.x.y.all\n}}\n',
        "m/main.tf": f'resource "{kind}" "r" {{}}\n',
    },
    "as a module of a registry": lambda kind: {
        "main.tf": f'{KNOWN}module "m" {{\n  source = "owner/{kind.replace("_", "-")}/aws"\n}}\n'
    },
    "in a state": lambda kind: {
        "main.tf": json.dumps(
            {
                "version": 4,
                "resources": [
                    {
                        "mode": "managed",
                        "type": kind,
                        "name": "r",
                        "instances": [{"attributes": {}}],
                    }
                ],
            }
        )
    },
}


def read(files: Mapping[str, str], path: str) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            file = Path(folder, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        return parse(TerraformSettings(path=path), checkout=Checkout.at(Path(folder)))


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=15, deadline=None)
@given(kind=MADE_UP)
def test_a_type_that_nobody_knows_is_named_and_no_node_is_unexpected(place: str, kind: str) -> None:
    state = place == "in a state"
    files = PLACES[place](kind)
    if state:
        files = {"terraform.tfstate": files["main.tf"]}

    reading = read(files, "terraform.tfstate" if state else ".")

    unsupported = [one for one in reading.items if one.state is ItemState.UNSUPPORTED]
    assert not reading.complete
    assert len(unsupported) == 1
    assert re.search(kind.replace("_", "[-_]"), unsupported[0].message)
    declared = merge([reading]).nodes
    stranger = ObservedNodes({"s": ObservedNode(name="s", labels={})})
    facts = Expected().known(Facts({DeclaredNodes: declared, ObservedNodes: stranger}))
    assert Verdict.FAIL not in {one.verdict for one in node_unexpected.judge(facts)}


@settings(max_examples=15, deadline=None)
@given(kinds=st.lists(MADE_UP, min_size=2, max_size=8, unique=True))
def test_all_types_that_nobody_knows_are_one_finding_of_their_directory(kinds: list[str]) -> None:
    text = "".join(f'resource "{kind}" "r" {{}}\n' for kind in kinds)

    reading = read({"main.tf": KNOWN + text}, ".")

    (item,) = (one for one in reading.items if one.state is ItemState.UNSUPPORTED)
    assert item.subject.kind == "Directory"
    assert all(kind in item.message for kind in kinds)
