"""An expression that uses what may stand in an unreadable file is not known; a literal one is."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible.reader import read
from exporter.domain.declaration import Reading
from exporter.domain.items import ItemState
from exporter.settings.declared import AnsibleSettings

from .conftest import Repository

VAULT = "$ANSIBLE_VAULT;1.1;AES256\n6162\n"
PLAY = """\
- hosts: m1
  {head}
  tasks:
    - command: kubectl label node n1 literal=1
    - command: kubectl label node n1 pool={{{{ pool }}}}
      {vars}
    {more}
"""
FILE_MODULES = {"hosts": "m1\n", "group_vars/all.yml": "pool: a\n"}


async def reading(
    repository: Repository,
    files: Mapping[str, str],
    *,
    head: str = "gather_facts: false",
    more: str = "",
    variables: str = "",
) -> Reading:
    play = PLAY.format(head=head, more=more, vars=variables)
    checkout = repository({**FILE_MODULES, "p.yml": play, **files})
    return await read(AnsibleSettings(inventory="hosts", playbooks=("p.yml",)), checkout=checkout)


def labels(result: Reading) -> dict[str, str]:
    return {
        key: label.value
        for node in result.nodes
        if node.name == "n1"
        for key, label in node.labels.items()
    }


def hidden(result: Reading, name: str = "n1") -> set[str]:
    return {attribute for gap in result.gaps if gap.concerns(name) for attribute in gap.attributes}


async def test_what_can_be_read_is_known(repository: Repository) -> None:
    result = await reading(repository, {})

    assert labels(result) == {"literal": "1", "pool": "a"}
    assert result.gaps == ()


@pytest.mark.parametrize(
    ("files", "given"),
    [
        pytest.param({"group_vars/all.yml": VAULT}, {}, id="the file itself"),
        pytest.param({"group_vars/all.yml": "pool: [\n"}, {}, id="the file itself, broken"),
        pytest.param({"host_vars/m1.yml": VAULT}, {}, id="a file that overrides it"),
        pytest.param({"host_vars/m1.yml": "pool: [\n"}, {}, id="a broken one"),
        pytest.param({"v.yml": VAULT}, {"head": "vars_files: v.yml"}, id="vars_files"),
        pytest.param({}, {"head": "vars_files: gone.yml"}, id="vars_files that are not there"),
        pytest.param(
            {"v/a.yml": "pool: b\n"}, {"head": "vars_files: 'v/{{ x }}.yml'"}, id="one of a folder"
        ),
        pytest.param({"roles/r/vars/main.yml": VAULT}, {"head": "roles: [r]"}, id="a role"),
        pytest.param(
            {"roles/r/meta/main.yml": "dependencies: [s]\n", "roles/s/vars/main.yml": VAULT},
            {"head": "roles: [r]"},
            id="what a role depends on",
        ),
        pytest.param({"v.yml": VAULT}, {"more": "- include_vars: v.yml"}, id="include_vars"),
        pytest.param({}, {"more": "- include_vars: gone.yml"}, id="include_vars of nothing"),
        pytest.param(
            {"v/a.yml": "pool: b\n"}, {"more": "- include_vars: {dir: v}"}, id="a folder of files"
        ),
        pytest.param(
            {"t.yml": "- set_fact: {pool: [\n"}, {"more": "- include_tasks: t.yml"}, id="set_fact"
        ),
        pytest.param({"t.yml": VAULT}, {"more": "- include_tasks: t.yml"}, id="vaulted tasks"),
        pytest.param(
            {}, {"more": "- set_fact: {'{{ x }}': b}"}, id="a fact of a name that a run gives"
        ),
    ],
)
async def test_a_variable_that_may_stand_in_an_unreadable_file_is_not_known(
    files: Mapping[str, str], given: Mapping[str, str], repository: Repository
) -> None:
    result = await reading(repository, files, **given)

    assert labels(result) == {"literal": "1"}
    assert hidden(result) & {"labels.pool", "labels"}
    literal = next(at for at, node in enumerate(result.nodes) if "literal" in node.labels)
    tasks = "include_tasks" in given.get("more", "")
    assert tasks or all(
        gap.position <= literal
        for gap in result.gaps
        if gap.concerns("n1") and gap.attributes & {"labels.literal", "labels"}
    )


@pytest.mark.parametrize(
    ("files", "given"),
    [
        pytest.param({"host_vars/m1.yml": "other: [\n"}, {}, id="another variable"),
        pytest.param({"host_vars/m2.yml": VAULT}, {}, id="another host"),
        pytest.param({"host_vars/m1.yml": VAULT}, {"variables": "vars: {pool: a}"}, id="stronger"),
        pytest.param(
            {"roles/r/defaults/main.yml": VAULT}, {"head": "roles: [r]"}, id="weaker: defaults"
        ),
        pytest.param({"v.yml": VAULT}, {}, id="a file that nothing reads"),
        pytest.param(
            {"t.yml": "- command: [\n"}, {"more": "- include_tasks: t.yml"}, id="no set_fact"
        ),
        pytest.param(
            {"o.yml": "- hosts: all\n  roles: [r]\n", "roles/r/vars/main.yml": VAULT},
            {},
            id="another playbook",
        ),
    ],
)
async def test_what_an_unreadable_file_cannot_say_is_known(
    files: Mapping[str, str], given: Mapping[str, str], repository: Repository
) -> None:
    result = await reading(repository, files, **given)

    assert labels(result) == {"literal": "1", "pool": "a"}
    assert "labels.pool" not in hidden(result)


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("{{ secret }}", id="a variable"),
        pytest.param("{{ secret | default('x') }}", id="a default"),
        pytest.param("{{ hostvars['m1'].secret }}", id="of a host"),
        pytest.param("{{ hostvars['m1'].get('secret', 'x') }}", id="of a host, if any"),
        pytest.param("{{ hostvars['m1'] | length }}", id="all variables of a host"),
        pytest.param("{{ indirect }}", id="through another one"),
        pytest.param("{% if secret is defined %}x{% endif %}", id="whether it is defined"),
    ],
)
async def test_no_way_leads_around_a_hidden_variable(
    expression: str, repository: Repository
) -> None:
    files = {
        "group_vars/all.yml": "indirect: '{{ secret }}'\n",
        "host_vars/m1.yml": "secret: [\n",
        "p.yml": f'- hosts: m1\n  tasks:\n    - command: kubectl label node n1 a="{expression}"\n',
    }
    checkout = repository({**FILE_MODULES, **files})
    settings = AnsibleSettings(inventory="hosts", playbooks=("p.yml",))

    result = await read(settings, checkout=checkout)

    assert labels(result) == {}
    assert hidden(result) & {"labels.a", "labels"}


async def test_a_vaulted_file_is_an_item_only_where_it_could_say_something(
    repository: Repository,
) -> None:
    used = await reading(repository, {"v.yml": VAULT}, head="vars_files: v.yml")
    unused = await reading(
        repository,
        {"v.yml": VAULT, "p.yml": "- hosts: all\n  vars_files: v.yml\n  tasks: [{user: {}}]\n"},
    )

    assert [(item.subject.name, item.state) for item in used.items] == [
        ("v.yml", ItemState.UNREADABLE)
    ]
    assert unused.items == ()
    for result in (used, unused):
        assert result.failures == ()
        assert [note.message for note in result.unresolved][-1] == "is encrypted with Ansible Vault"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        pytest.param("template: {src: k.j2, dest: /x}", {"labels", "taints"}, id="a template"),
        pytest.param("user: {name: '{{ pool }}'}", set(), id="something else"),
    ],
)
async def test_who_knows_what_a_template_takes_from_a_vaulted_role(
    task: str, found: set[str], repository: Repository
) -> None:
    files = {
        "roles/r/vars/main.yml": VAULT,
        "roles/r/tasks/main.yml": f"- {task}\n",
        "roles/r/templates/k.j2": "X=--node-labels={{ node_labels[inventory_hostname] }}\n",
        "p.yml": "- hosts: m1\n  roles: [r]\n",
    }

    result = await reading(repository, files)

    assert hidden(result, "m1") == found


async def test_a_map_of_a_role_counts_only_where_something_reads_it(
    repository: Repository,
) -> None:
    role = "roles/r/vars/main.yml"
    files = {
        role: "node_labels: {m1: {a: b}}\n",
        "roles/r/tasks/main.yml": "- user: {name: x}\n",
        "p.yml": "- hosts: m1\n  roles: [r]\n",
    }
    template = {
        "roles/r/tasks/main.yml": "- template: {src: k.j2, dest: /x}\n",
        "roles/r/templates/k.j2": "X=--node-labels={{ node_labels[inventory_hostname] }}\n",
    }

    unread = await reading(repository, files)
    read_by_template = await reading(repository, {**files, **template})

    assert [dict(node.labels) for node in unread.nodes] == [{}]
    (node,) = read_by_template.nodes
    assert {key: (label.value, label.place.path) for key, label in node.labels.items()} == {
        "a": ("b", role)
    }


async def test_what_tasks_may_set_of_another_host_is_not_known_either(
    repository: Repository,
) -> None:
    command = "- command: kubectl label node n1 other={{ hostvars['m1'].pool }}"

    result = await reading(
        repository, {"v.yml": VAULT}, more=f"- include_vars: v.yml\n    {command}"
    )

    assert labels(result) == {"literal": "1"}
    assert "labels.other" in hidden(result)
