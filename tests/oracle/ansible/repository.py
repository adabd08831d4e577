"""The repository of the generated plays: an inventory, and what plays include."""

from collections.abc import Mapping
from typing import Final

INVENTORY: Final = "inventory/hosts.yml"
_LABEL: Final = "kubectl label node {{ inventory_hostname }} {{ key }}"
NODES: Final = ("m1", "w1", "w2", "w10")

FILES: Final[Mapping[str, str]] = {
    INVENTORY: """\
all:
  vars: {region: eu, pool: "{{ zone }}-pool", env: test, layer: inventory}
  hosts: {lb1: {zone: c}, db.example.com: {zone: c}}
  children:
    k8s_cluster:
      children:
        masters: {hosts: {m1: {zone: a}}}
        workers:
          hosts:
            w1: {zone: a, gpu: true, tiers: [x, y], env: prod}
            w2: {zone: b, spare: true}
            w10: {zone: b, disks: {a: ssd, b: hdd}}
          vars: {role: worker}
    zone_a: {hosts: {m1: , w1: }}
    zone_b: {hosts: {w10: , w2: }}
    gpu-nodes: {hosts: {w10: }}
    w3: {hosts: {w2: }}
    nobody: {}
""",
    "group_vars/all.yml": "shared: from-all\npairs: {k1: v1, k2: v2}\nletters: [a, b]\n",
    "group_vars/workers.yml": "shared: from-workers\nletters: [c]\n",
    "host_vars/w2.yml": "shared: from-w2\n",
    "vars/prod.yml": "layer: vars-prod\nextra: prod-{{ zone }}\n",
    "vars/test.yml": "layer: vars-test\nextra: test-{{ zone }}\n",
    "files/token.txt": "from-file\n",
    "tasks/prod.yml": f"- raw: {_LABEL}=prod\n",
    "tasks/test.yml": f"- raw: {_LABEL}=test-{{{{ item | default('none') }}}}\n",
    "tasks/each.yml": f"- raw: {_LABEL}-{{{{ item }}}}={{{{ zone }}}}\n",
    "roles/named/tasks/main.yml": (
        f"- raw: {_LABEL}={{{{ role_name }}}}.{{{{ layer }}}}.{{{{ own }}}}\n"
        f"- raw: {_LABEL}-f={{{{ lookup('file', 'name.txt') }}}}\n"
        "  when: with_file | default(false)\n"
        "- include_tasks: '{{ env }}.yml'\n  when: with_tasks | default(false)\n"
        "- raw: 'true'\n  notify: labelled\n  when: with_handler | default(false)\n"
    ),
    "roles/named/tasks/prod.yml": f"- raw: {_LABEL}-t=role-prod\n",
    "roles/named/tasks/test.yml": f"- raw: {_LABEL}-t=role-test\n",
    "roles/named/defaults/main.yml": "layer: role-defaults\nown: default\n",
    "roles/named/files/name.txt": "role-file\n\n",
    "roles/named/handlers/main.yml": (f"- name: labelled\n  raw: {_LABEL}-h=handled\n"),
    "roles/fixed/tasks/main.yml": (f"- raw: {_LABEL}={{{{ layer }}}}.{{{{ own }}}}\n"),
    "roles/fixed/vars/main.yml": "layer: role-vars\n",
    "roles/fixed/defaults/main.yml": "own: fixed\n",
}
"""Of each its path and its text; ``key`` is the label's key, by which a play is told."""
