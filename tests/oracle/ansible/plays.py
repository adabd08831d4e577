"""Random plays that label nodes, each with keys of its own, over the repository of the oracle."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias

from tests.oracle.ansible.repository import FILES
from tests.oracle.ansible.scripts import SCRIPTS

Play: TypeAlias = dict[str, Any]

_NAMES: Final = (
    *("all", "*", "masters", "workers", "k8s_cluster", "zone_a", "zone_b", "gpu-nodes", "nobody"),
    *("m1", "w1", "w2", "w10", "lb1", "db.example.com", "w3", "absent", "ungrouped", "localhost"),
    *("w*", "w?", "[mw]1", "zone_*", "*_a", "gpu*", "*.example.com", "w[!1]", "w1*", "?1"),
    *("~w\\d", "~w1$", "~zone_.", "~(m|lb)1", "~.*1", "~W", "db*", "W1", "*a*", "masters*"),
    *("workers[0]", "workers[-1]", "workers[0:1]", "workers[1:]", "workers[1:0]", "workers[0-1]"),
    *("zone_b[0]", "zone_b[0:0]", "all[0]", "all[1:3]", "k8s_cluster[0]", "k8s_cluster[-1]"),
    *("ungrouped[0]", "masters[0]", "workers[:1]", "w1[0]", "k8s_cluster[1:2]", "zone_a[1]"),
)
_VALUES: Final = (
    *("{{ zone }}", "{{ region }}-{{ zone }}", "{{ pool }}", "{{ shared }}", "{{ env }}", "plain"),
    *("{{ inventory_hostname }}", "{{ group_names | join('.') }}", "{{ role | default('none') }}"),
    *("{{ hostvars['w1'].zone }}", "{{ groups['zone_b'] | join('.') }}", "{{ layer }}"),
    *("{{ ansible_play_hosts | length }}", "{{ groups['k8s_cluster'] | first }}", "{{ gpu }}"),
    *("{{ hostvars[inventory_hostname].pool }}", "{{ groups.workers | length }}", "{{ absent }}"),
    *("{{ play_hosts | join('.') }}", "{{ groups | length }}", "{{ letters | join }}"),
    *(
        "{{ lookup('file', 'token.txt') }}",
        "{{ lookup('vars', 'zone') }}",
        "{{ absent | default }}",
    ),
)
_CONDITIONS: Final = (
    *("gpu | default(false)", "zone == 'a'", "inventory_hostname in groups.workers", "true"),
    *("spare is defined", "'zone_b' in group_names", "role is undefined", "env != 'prod'", "false"),
    *("inventory_hostname == ansible_play_hosts[0]", "gpu", "absent", "zone in ['b', 'c']"),
)
_LISTS: Final = (
    *(
        "{{ letters }}",
        "{{ tiers | default([]) }}",
        "{{ range(2) | list }}",
        "{{ letters + ['z'] }}",
    ),
    *(
        "{{ groups.zone_b }}",
        "{{ pairs.keys() | list }}",
        "{{ letters | product(['p', 'q']) | map('join') | list }}",
    ),
)


@dataclass(frozen=True, slots=True)
class Plays:
    """Makes plays by its *random* numbers, and beside them *files* that they use.

    What a task sets stays set for the playbooks after it, so its names are the play's own.
    """

    random: Random
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))

    def play(self, key: str) -> list[Play]:
        """Return a playbook whose labels have keys that begin with *key*."""
        kinds: tuple[Callable[[str], Play], ...] = (
            *([self._patterns] * 5 + [self._loops] * 6 + [self._facts] * 3),
            *(self._included, self._included, self._roles, self._roles, self._scripts),
            *(self._scripts, self._prompts, self._handlers, self._blocks, self._plain, self._files),
        )
        play = self.random.choice(kinds)(key)
        return [{"name": key, "gather_facts": False, "ignore_errors": True, **play}]

    def pattern(self) -> str | list[str]:
        """Return a host pattern."""
        parts = [self.random.choice(_NAMES)]
        while self.random.random() < 0.5:
            parts.append(self.random.choice(("", "", "!", "&", "!")) + self.random.choice(_NAMES))
        if self.random.random() < 0.15:
            return parts
        return self.random.choice((":", ":", ",", ", ", ";", " ")).join(parts)

    def _hosts(self) -> str:
        return self.random.choice(("all", "workers", "k8s_cluster", "m1:w2", "zone_b", "w1"))

    def _value(self) -> str:
        return self.random.choice(_VALUES)

    def _label(self, key: str, value: str = "", *, node: str = "") -> Play:
        node = node or self.random.choice(("{{ inventory_hostname }}",) * 3 + ("n1", "{{ zone }}1"))
        task: Play = {"raw": f"kubectl label node {node} {key}={value or self._value()}"}
        if self.random.random() < 0.3:
            task["when"] = self._when()
        if self.random.random() < 0.1:
            task["vars"] = {self.random.choice(("zone", "layer", "shared")): self._value()}
        return task

    def _when(self) -> Any:
        first = self.random.choice(_CONDITIONS)
        return [first, self.random.choice(_CONDITIONS)] if self.random.random() < 0.2 else first

    def _plain(self, key: str) -> Play:
        tasks = [self._label(key, node="{{ inventory_hostname }}") for _ in range(2)]
        tasks.append({"raw": f"kubectl label node {{{{ inventory_hostname }}}} {key}-"})
        found: Play = {"hosts": self._hosts(), "tasks": tasks[: self.random.randint(1, 3)]}
        if self.random.random() < 0.5:
            found["vars"] = {"layer": self._value(), "zone": "play"}
        return found

    def _patterns(self, key: str) -> Play:
        value = "{{ ansible_play_hosts | sort | join('.') }}"
        task = {"raw": f"kubectl label node n1 {key}={value}", "run_once": True}
        return {"hosts": self.pattern(), "tasks": [task]}

    def _loops(self, key: str) -> Play:
        choose, variable = self.random.choice, "item"
        task: Play = self._label(key)
        loops: tuple[tuple[str, Any, str], ...] = (
            ("loop", choose((["a", "b"], [1, "{{ zone }}"])), "{{ item }}"),
            ("loop", choose(_LISTS), "{{ item }}"),
            ("with_items", choose((["a", ["b", "c"]], [["a"], "{{ letters }}"])), "{{ item }}"),
            ("with_items", choose(_LISTS), "{{ item }}"),
            ("with_list", [["a", "b"], ["c"]], "{{ item | join }}"),
            (
                "with_dict",
                choose(("{{ pairs }}", "{{ disks | default({}) }}", {"x": "y"})),
                "{{ item.key }}",
            ),
            ("loop", "{{ pairs | dict2items }}", "{{ item.key }}-{{ item.value }}"),
            ("loop", "{{ query('dict', pairs) }}", "{{ item.key }}"),
            (
                "with_nested",
                [["a", "b"], choose(("{{ letters }}", ["c"]))],
                "{{ item[0] }}{{ item.1 }}",
            ),
            ("with_nested", [["a"], ["b", ["c"]]], "{{ item | flatten | join }}"),
            ("with_together", [["a", "b"], [1, 2]], "{{ item.0 }}{{ item[1] }}"),
            ("with_together", [["a", "b"], [1]], "{{ item.0 }}{{ item[1] | default('n') }}"),
            ("with_indexed_items", ["a", ["b"]], "{{ item.0 }}{{ item.1 }}"),
            (
                "with_sequence",
                choose(("start=1 end=3", "count=2", "1-3/2", "end=2 format=n%02d")),
                "{{ item }}",
            ),
            ("with_subelements", ["{{ nested }}", "inside"], "{{ item.0.name }}{{ item.1 }}"),
            ("with_flattened", ["a", [["b"]]], "{{ item }}"),
            ("with_inventory_hostnames", choose(("workers", "all:!masters")), "{{ item }}"),
            ("with_fileglob", "files/*.txt", "{{ item | basename }}"),
            ("with_random_choice", ["a"], "{{ item }}"),
            ("with_lines", "echo a", "{{ item }}"),
        )
        name, over, value = choose(loops)
        if self.random.random() < 0.25:
            task["loop_control"] = {"loop_var": "turn"}
            value, variable = value.replace("item", "turn"), "turn"
            if self.random.random() < 0.5:
                task["loop_control"]["index_var"] = "at"
                value += "-{{ at }}"
        task["raw"] = choose(
            (
                f"kubectl label node {{{{ inventory_hostname }}}} {key}-{value}=yes",
                f"kubectl label node {{{{ inventory_hostname }}}} {key}={value}",
                f"kubectl label node n-{value} {key}={self._value()}",
            )
        )
        task[name] = over
        if self.random.random() < 0.2:
            task["when"] = f"{variable} != 'a'"
        nested = [{"name": "p", "inside": ["x", "y"]}, {"name": "q", "inside": []}]
        return {"hosts": self._hosts(), "vars": {"nested": nested}, "tasks": [task]}

    def _facts(self, key: str) -> Play:
        choose = self.random.choice
        layer, extra, name = f"layer_{key}", f"extra_{key}", f"fact_{key}"
        self._own_variables(key, layer, extra)
        name = choose((name, name, name, layer))
        fact = f"{{{{ {name} | default('unset') }}}}"
        ways: tuple[list[Play], ...] = (
            [{"set_fact": {name: self._value()}}],
            [{"set_fact": {name: [self._value()], "cacheable": False}}],
            [{"set_fact": f"{name}={{{{ zone }}}}-x other=1"}],
            [{"set_fact": {name: "first"}}, {"set_fact": {name: f"{{{{ {name} }}}}-second"}}],
            [
                {
                    "set_fact": {name: f"{{{{ ({name} | default('')) ~ item }}}}"},
                    "loop": choose(_LISTS),
                }
            ],
            [{"set_fact": {name: "chosen"}, "when": self._when()}],
            [{"set_fact": {name: "{{ inventory_hostname }}"}, "run_once": True}],
            [{"set_fact": {f"{{{{ 'fact_' ~ '{key}' }}}}": "named"}}],
            [
                {
                    "include_vars": choose(
                        (f"vars/{key}-prod.yml", f"{key}-prod.yml", key + "-{{ env }}.yml")
                    )
                }
            ],
            [{"include_vars": {"file": f"{key}-test.yml"}, "when": self._when()}],
            [{"include_vars": {"file": f"{key}-test.yml", "name": name}}],
            [{"include_vars": f"{key}-prod.yml"}, {"set_fact": {layer: "fact"}}],
            [{"raw": "true", "register": name}],
            [{"block": [{"set_fact": {name: "in-block"}}], "when": self._when()}],
            [{"block": [{"raw": "false"}], "rescue": [{"set_fact": {name: "rescued"}}]}],
        )
        tasks = [self._label(f"{key}-0", fact), *choose(ways), self._label(key, fact)]
        tasks.append(
            self._label(f"{key}-1", f"{{{{ {layer} }}}}.{{{{ {extra} | default('no') }}}}")
        )
        tasks.append(self._label(f"{key}-2", f"{{{{ hostvars['w2'].{name} | default('no') }}}}"))
        found: Play = {"hosts": self._hosts(), "tasks": tasks}
        if self.random.random() < 0.3:
            found["vars"] = {choose((name, layer)): "of-play"}
        return found

    def _own_variables(self, key: str, layer: str, extra: str) -> None:
        self.files["group_vars/all.yml"] += f"{layer}: inventory\n"
        for env in ("prod", "test"):
            text = f"{layer}: vars-{env}\n{extra}: {env}-{{{{ zone }}}}\n"
            self.files[f"vars/{key}-{env}.yml"] = text

    def _included(self, key: str) -> Play:
        choose = self.random.choice
        task: Play = choose(
            (
                {"include_tasks": "tasks/{{ env }}.yml"},
                {"include_tasks": {"file": "tasks/{{ env }}.yml"}},
                {"include_tasks": "tasks/{{ item }}.yml", "loop": ["test", "prod"]},
                {"include_tasks": "tasks/each.yml", "loop": choose(_LISTS)},
                {"import_tasks": "tasks/test.yml", "when": self._when()},
                {"include_tasks": "tasks/prod.yml", "when": self._when()},
                {"include_tasks": "{{ playbook_dir }}/tasks/test.yml"},
                {"include_tasks": "tasks/{{ chosen }}.yml", "vars": {"chosen": "prod"}},
                {"include_tasks": "tasks/{{ 'prod' if gpu | default(false) else 'test' }}.yml"},
            )
        )
        return {"hosts": self._hosts(), "vars": {"key": key}, "tasks": [task]}

    def _roles(self, key: str) -> Play:
        choose = self.random.choice
        role = choose(("named", "named", "fixed"))
        given: Play = {"key": key}
        given |= choose(
            (
                {},
                {"own": self._value()},
                {"layer": "given"},
                {"with_file": True},
                {"with_tasks": True},
                {"with_handler": True},
            )
        )
        extra = {"vars": {"layer": "of-play"}} if self.random.random() < 0.3 else {}
        if self.random.random() < 0.5:
            return {"hosts": self._hosts(), **extra, "roles": [{"role": role, **given}]}
        included = {choose(("include_role", "import_role")): {"name": role}, "vars": given}
        return {"hosts": self._hosts(), **extra, "tasks": [included]}

    def _scripts(self, key: str) -> Play:
        script = self.random.choice(SCRIPTS).replace("LABEL", "kubectl label node")
        node = "{{ inventory_hostname }}"
        return {
            "hosts": self._hosts(),
            "tasks": [{"raw": script.replace("NODE", node).replace("KEY", key)}],
        }

    def _prompts(self, key: str) -> Play:
        prompt: Play = {"name": "asked", "private": False}
        if self.random.random() < 0.8:
            prompt["default"] = self.random.choice(("d", "{{ region }}", 3))
        task = self._label(key, "{{ asked }}")
        return {"hosts": self._hosts(), "vars_prompt": [prompt], "tasks": [task]}

    def _handlers(self, key: str) -> Play:
        choose = self.random.choice
        notify = choose((["h"], "h", "topic", ["other"], None))
        task: Play = {"raw": "true", **({"notify": notify} if notify else {})}
        task |= choose(({}, {}, {"when": self._when()}, {"changed_when": False}))
        handlers = [
            {"name": "h", **self._label(key, f"{{{{ late_{key} | default('early') }}}}")},
            {"name": "i", "listen": "topic", **self._label(f"{key}-1")},
        ]
        after = choose(([], [{"meta": "flush_handlers"}], [{"set_fact": {f"late_{key}": "late"}}]))
        return {"hosts": self._hosts(), "tasks": [task, *after], "handlers": handlers}

    def _blocks(self, key: str) -> Play:
        block: Play = {"block": [self._label(key), self._label(f"{key}-1")]}
        block |= {"when": self._when()} if self.random.random() < 0.5 else {}
        block |= {"vars": {"layer": "block", "zone": "b"}} if self.random.random() < 0.5 else {}
        if self.random.random() < 0.3:
            block["block"].append({"raw": "false"})
            block["rescue"] = [self._label(f"{key}-2")]
        block["always"] = [self._label(f"{key}-3")]
        return {"hosts": self._hosts(), "tasks": [block]}

    def _files(self, key: str) -> Play:
        files = self.random.choice(
            (["vars/prod.yml"], ["vars/{{ env }}.yml"], [["vars/no.yml", "vars/test.yml"]])
        )
        task = self._label(key, "{{ layer }}.{{ extra | default('no') }}")
        return {"hosts": self._hosts(), "vars_files": files, "tasks": [task]}
