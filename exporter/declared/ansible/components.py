"""Components of a cluster that tasks install with kubectl, Helm or kubeadm."""

import re
from collections.abc import Iterator
from typing import Any, Final

from exporter.declared.ansible.relevance import SHELL_MODULES, argument_text, command_texts
from exporter.domain.components import OF_KUBEADM, PRESETS

_KUBEADM: Final = re.compile(r"\bkubeadm\s+init(?!\s+phase)\b")
_SKIPPED: Final = re.compile(r"--skip-phases[= ](\S+)")
_OF_PATH: Final = re.compile(r"[/:=]")
_SUFFIX: Final = re.compile(r"\.(?:ya?ml|json|tgz)$")


def components(module: str, arguments: Any, *, delivers: bool) -> Iterator[str]:
    """Yield the names of the usual components that a task installs.

    Where it *delivers* objects, the files, addresses and charts that it names tell which:
    ``.../calico/v3.26.4/manifests/calico.yaml``, ``jetstack/cert-manager``.
    """
    in_shell = module in SHELL_MODULES
    text = "\n".join(command_texts(arguments)) if in_shell else argument_text(arguments)
    if in_shell and _KUBEADM.search(text):
        skipped = _SKIPPED.search(text)
        yield from (name for name in OF_KUBEADM if not (skipped and name in skipped[1]))
    if delivers:
        found = dict.fromkeys(name for word in text.split() for name in _named(word))
        yield from found


def _named(word: str) -> Iterator[str]:
    """Yield what a *word* names that is a path, an address or a chart of a repository."""
    if "/" not in word and not _SUFFIX.search(word):
        return
    for part in _OF_PATH.split(word.strip("'\"")):
        name = _SUFFIX.sub("", part).removeprefix("kube-")
        if name in PRESETS:
            yield name
