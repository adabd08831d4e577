"""``kubectl label node`` and ``kubectl taint node``, understood as kubectl understands them.

Source: kubectl's commands ``label`` and ``taint`` (which arguments are nodes, which are changes).
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from exporter.declared.ansible.command_line import CommandLine, parse_command_line
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.node_keywords import NODE_KIND
from exporter.declared.ansible.shell import Command, Word
from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint, TaintEffect

_VERB = re.compile(r"\b(?:label|taint|patch|edit)\b")
_KIND = re.compile(r"\b(?:no|nodes?)\b", re.IGNORECASE)
_CALL = re.compile(r"\b(?:kubectl|oc|kubecolor)\b")
_OPEN = re.compile(r"(?:^|[\n;&|(])[ \t'\"]*(?:sudo +)?\{\{|\b(?:kubectl|oc|kubecolor)\b")
PROGRAMS = frozenset({"kubectl", "kubectl.exe", "oc", "microk8s.kubectl", "kubecolor"})
_WRAPPERS = frozenset(
    {"sudo", "env", "exec", "nohup", "command", "k3s", "k0s", "microk8s", "minikube", "--", "adm"}
)
PRINTING_PROGRAMS = frozenset({"echo", "printf", "grep", "cat", "sed", "test", "[", "logger"})
NODE_RESOURCES = frozenset({"no", "node", "nodes", "node.v1", "nodes.v1."})
_FLAGS_WITH_VALUE = frozenset(
    {
        *("--kubeconfig", "--context", "--cluster", "-n", "--namespace", "-s", "--server"),
        *("--token", "--user", "--request-timeout", "--as", "--as-group", "--as-uid"),
        *("--certificate-authority", "--client-key", "--client-certificate", "--tls-server-name"),
        *("--cache-dir", "-v", "--v", "-o", "--output", "--field-manager", "--resource-version"),
        *("--template", "--field-selector", "-l", "--selector", "-f", "--filename", "-k"),
        *("--kustomize", "--username", "--password", "-p", "--patch", "--patch-file", "--type"),
    }
)
_SWITCHES = frozenset(
    {
        *("--overwrite", "--all", "--list", "--local", "--insecure-skip-tls-verify", "--record"),
        *("--show-managed-fields", "--match-server-version", "--dry-run", "--validate"),
        *("--allow-missing-template-keys", "--warnings-as-errors", "-A", "--all-namespaces"),
        *("--disable-compression", "-R", "--recursive"),
    }
)
_WITHOUT_EFFECT = frozenset({"--list", "--local"})


def mentions_nodes(text: str) -> bool:
    """Tell whether *text* may label, taint or patch nodes; it may still turn out not to."""
    if NODE_KIND.search(text):
        return bool(_CALL.search(text))
    return bool(_VERB.search(text) and _KIND.search(text))


def is_templated_command(text: str) -> bool:
    """Tell whether variables decide which command *text* is, or what kubectl does in it."""
    return "{{" in text and bool(_OPEN.search(text))


def parse_command(command: Command) -> NodeChange | None:
    """Return what *command* does to nodes, or None where it is not about nodes at all.

    Raises :exc:`UnresolvedError` where it is, but only a run would tell what it does.
    """
    arguments = kubectl_arguments(command.words)
    if arguments is None:
        return None
    parsed = parse_arguments(arguments)
    words = [word.text for word in parsed.plain]
    verb = next((word for word in words if word in {"label", "taint"}), "")
    if not verb or words[0] not in {verb, "adm"}:
        return None
    rest = parsed.plain[words.index(verb) + 1 :]
    if not _about_nodes(rest):
        return None
    if _without_effect(parsed):
        return None
    if not command.certain:
        raise UnresolvedError(f"kubectl {verb} runs under a condition of its script")
    names, pairs = _names_and_pairs(rest, verb)
    selectors = parsed.values("-l", "--selector")[-1:]
    for word in (*pairs, *names, *selectors):
        if word.dynamic:
            raise UnresolvedError(f"the shell puts a value into {word.text[:60]!r}")
    if parsed.values("--field-selector", "-f", "--filename"):
        raise UnresolvedError(f"kubectl {verb} finds its nodes in another way than by name")
    texts = [pair.text for pair in pairs]
    labels = _labels(texts) if verb == "label" else {}
    taints, removed = _taints(texts) if verb == "taint" else ((), ())
    return NodeChange(
        names=tuple(name.text for name in names),
        every=parsed.on("--all"),
        selector="".join(selector.text for selector in selectors),
        labels=labels,
        taints=taints,
        removed=removed,
        line=command.line,
    )


def split_command(command: Command) -> tuple[NodeChange | None, Command]:
    """Return what is known of a command that is not known as a whole, and the rest of it.

    That is its changes into which the shell puts nothing, where it is known which nodes it is for.
    """
    verb = next((word.text for word in command.words if word.text in {"label", "taint"}), "")
    pairs = [
        word
        for word in command.words
        if not word.text.startswith("-") and verb and is_pair(word, verb)
    ]
    unknown = [word for word in pairs if word.dynamic]
    if not unknown or len(unknown) == len(pairs):
        return None, command
    fixed = [word for word in command.words if word not in unknown]
    rest = [word for word in command.words if word not in pairs or word in unknown]
    try:
        change = parse_command(Command(tuple(fixed), command.line, certain=command.certain))
    except UnresolvedError:
        return None, command
    return change, command if change is None else Command(tuple(rest), command.line)


def kubectl_arguments(words: Sequence[Word]) -> Sequence[Word] | None:
    """Return what follows ``kubectl``, or None where the command is another one."""
    for index, word in enumerate(words):
        if PurePosixPath(word.text).name in PROGRAMS and not word.dynamic:
            before = [word.text for word in words[:index]]
            return words[index + 1 :] if _only_wraps(before) else None
    return None


def _only_wraps(before: Sequence[str]) -> bool:
    """Tell whether the words before ``kubectl`` only start it, here.

    Raises :exc:`UnresolvedError` where that is not known, as for ``ssh``.
    """
    if not before:
        return True
    if PurePosixPath(before[0]).name in PRINTING_PROGRAMS:
        return False
    for index, word in enumerate(before):
        flag_value = index and before[index - 1] in {"-u", "--user", "-g", "timeout"}
        known = PurePosixPath(word).name in {*_WRAPPERS, "timeout"}
        if not (known or flag_value or word.startswith("-") or re.match(r"\w+=", word)):
            raise UnresolvedError(f"{before[0][:40]} decides where and whether kubectl runs")
    return True


def parse_arguments(words: Sequence[Word]) -> CommandLine:
    """Return the arguments of kubectl, plain ones and flags apart."""
    return parse_command_line(words, with_value=_FLAGS_WITH_VALUE, switches=_SWITCHES)


def _about_nodes(rest: Sequence[Word]) -> bool:
    return bool(rest) and rest[0].text.lower().partition("/")[0] in NODE_RESOURCES


def _without_effect(parsed: CommandLine) -> bool:
    if parsed.unknown:
        flag = parsed.unknown[-1].text
        raise UnresolvedError(f"kubectl's flag {flag[:40]!r} is not known here")
    return parsed.on("--dry-run") or any(parsed.on(flag) for flag in _WITHOUT_EFFECT)


def _names_and_pairs(rest: Sequence[Word], verb: str) -> tuple[list[Word], list[Word]]:
    """Split into nodes and changes: the first argument that looks like a change begins them."""
    resources: list[Word] = []
    pairs: list[Word] = []
    for word in rest:
        if is_pair(word, verb) or (word.dynamic and pairs):
            pairs.append(word)
        elif pairs:
            raise UnresolvedError("kubectl takes no node after the first change")
        else:
            resources.append(word)
    return nodes_among(resources), pairs


def is_pair(word: Word, verb: str) -> bool:
    """Tell whether an argument of *verb* looks like a change."""
    signs = "=:" if verb == "taint" else "="
    return word.text.endswith("-") or any(sign in word.text for sign in signs)


def nodes_among(resources: Sequence[Word]) -> list[Word]:
    """Return the nodes that *resources*, as ``node n1 n2`` or ``node/n1``, name."""
    names = []
    for index, word in enumerate(resources):
        kind, slash, name = word.text.partition("/")
        if slash and kind.lower() in NODE_RESOURCES:
            names.append(Word(name, word.dynamic))
        elif index:
            names.append(word)
    return names


def _labels(pairs: Sequence[str]) -> dict[str, str | None]:
    labels: dict[str, str | None] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if equals:
            labels[key] = value
        else:
            labels[pair.removesuffix("-")] = None
    return labels


def _taints(
    pairs: Sequence[str],
) -> tuple[tuple[Taint, ...], tuple[tuple[str, TaintEffect | None], ...]]:
    taints, removed = [], []
    for pair in pairs:
        try:
            if not pair.endswith("-"):
                taints.append(Taint.parse(pair))
                continue
            left, colon, effect = pair[:-1].partition(":")
            removed.append((left.partition("=")[0], TaintEffect(effect) if colon else None))
        except (ParseError, ValueError):
            raise UnresolvedError(f"{pair[:80]!r} is no taint") from None
    return tuple(taints), tuple(removed)
