"""What templates can ask of a host, of others, and of groups."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory_variables import Host, InventoryVariables
from exporter.declared.ansible.task_variables import TaskVariables, VariableEnvironment
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ANSIBLE, "hosts", 1)


def environment() -> VariableEnvironment:
    hosts = {
        "n1.x": Host(
            "n1.x", ("b", "a"), (VariableLayer({"v": "{{ w }}", "w": 1, "late": 1}, PLACE),)
        ),
        "n2": Host("n2", (), (VariableLayer({"v": 2}, PLACE),)),
    }
    return VariableEnvironment(
        variables=InventoryVariables(hosts=hosts, all_hosts=(VariableLayer({"all": 1}, PLACE),)),
        host_patterns=HostPatterns(("n1.x", "n2"), {"a": ("n1.x",), "b": ("n1.x",)}),
        set_at_run_time={"late"},
    )


def evaluate(text: str, *, host: str | None = "n1.x") -> object:
    there = environment()
    names = TaskVariables(
        environment=there,
        host=there.host(host) if host else None,
        overrides=(VariableLayer({"above": 1, "v2": "x"}, PLACE),),
        defaults=(VariableLayer({"w": 9, "below": 1}, PLACE),),
        items={"item": "{{ as it is }}"},
        play_hosts=("n1.x",),
    )
    return there.templates.expand(text, there.templates.scope(names))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ inventory_hostname }}", "n1.x"),
        ("{{ inventory_hostname_short }}", "n1"),
        ("{{ group_names }}", ["a", "b"]),
        ("{{ groups['a'] }}", ["n1.x"]),
        ("{{ groups.all | length }}", 2),
        ("{{ ansible_play_hosts }}", ["n1.x"]),
        ("{{ hostvars['n2'].v }}", 2),
        ("{{ hostvars[inventory_hostname]['v'] }}", 1),
        ("{{ hostvars['n2']['groups']['b'][0] }}", "n1.x"),
        ("{{ hostvars.keys() | list }}{{ hostvars | length }}", "['n1.x', 'n2']2"),
        ("{{ hostvars['n2'].keys() | list }}{{ hostvars['n2'] | length }}", "['v']1"),
        ("{{ hostvars['n2'].nope | default('d') }}", "d"),
        ("{{ hostvars['nobody'].v | default('d') }}", "d"),
        ("{{ item }}", "{{ as it is }}"),
        ("{{ above }}{{ w }}{{ below }}", "111"),
    ],
)
def test_a_name_is_found_where_ansible_finds_it(text: str, value: object) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "host"),
    [
        pytest.param("{{ late }}", "n1.x", id="set by a task"),
        pytest.param("{{ late is defined }}", "n1.x", id="whether a task sets it"),
        pytest.param("{{ ansible_hostname }}", "n1.x", id="a fact"),
        pytest.param("{{ playbook_dir }}", "n1.x", id="a path of a run"),
        pytest.param("{{ inventory_hostname }}", None, id="an unknown host"),
        pytest.param("{{ nope }}", "n1.x", id="undefined"),
    ],
)
def test_what_only_a_run_would_tell_is_left_open(text: str, host: str | None) -> None:
    with pytest.raises(UnresolvedError):
        evaluate(text, host=host)


def test_a_host_outside_the_inventory_has_the_variables_of_all() -> None:
    assert evaluate("{{ all }}", host="localhost") == 1
