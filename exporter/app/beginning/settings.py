"""``conformance.yaml`` and the chart's values, written from what was found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from exporter.app.beginning.hints import Group, Guess, Hints
from exporter.app.beginning.text import CHECK, guess, items, off, remark, scalar
from exporter.declared.survey.found import Found, Survey, Terraform
from exporter.domain.addresses import normalise

FEW: Final = 20
"""How many files that could not be read are named."""
HEAD: Final = f"""\
# Written by `cluster-conformance init`. Each guess carries its reason and "{CHECK}": go through
# these, and take the words off where it is right. `cluster-conformance config schema` has all there
# is to say, `cluster-conformance check` what it comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What was found: in the repository at *path*, with its *remote*, and in the cluster.

    *snapshot* is the dump that the cluster was read from, *kubeconfig* the file by which it is
    reached, both empty where there is none. *unobserved* is why nothing is known of the cluster.
    """

    path: str
    remote: str
    reference: str
    survey: Survey
    hints: Hints
    snapshot: str = ""
    kubeconfig: str = ""
    unobserved: str = ""

    @property
    def url(self) -> tuple[str, str]:
        """The address by which Argo CD knows the repository, and why; empty if nobody tells."""
        same = [one for one in self.survey.remotes if self._is_this(one.url)]
        here = same or [one for one in self.survey.remotes if one.here]
        if here:
            of = "which is its remote" if same else "and what they name is here"
            return here[0].url, f"sources of Applications that name it: {here[0].count}, {of}"
        return self.remote, self.remote and "git remote says so"

    def _is_this(self, url: str) -> bool:
        return bool(self.remote) and normalise(url) == normalise(self.remote)


def conformance_yaml(found: Beginning) -> str:
    """Return ``conformance.yaml``."""
    lines = [HEAD, "", *_unread(found), *_repository(found), *_declared(found), *_nodes(found)]
    return "\n".join([*lines, *_observed(found), *_not_guessed(found)]) + "\n"


def chart_values(found: Beginning) -> str:
    """Return the values of the chart that say the same."""
    url, why = found.url
    lines = [
        "# Written by `cluster-conformance init`: values of the chart that say what",
        "# conformance.yaml says. docs/install.md has what differs from cluster to cluster.",
        "image:",
        f"  registry: registry.example.org # to which you pushed the image; {CHECK}",
        "gitSync:",
        guess(f"  repo: {scalar(url or 'https://git.example.org/infrastructure.git')}", why),
        guess(f"  ref: {scalar(found.reference or 'main')}", "the branch that is checked out"),
        "settings:",
        "  repository:",
        *([f"    url: {scalar(url)}"] if url else []),
    ]
    lines += [
        *(f"  {line}".rstrip() for line in (*_declared(found), *_nodes(found))),
        "  observed:",
        "    kubernetes: {}",
        *(f"  {line}" for line in _servers(found)),
        *_release(found),
    ]
    return "\n".join(lines) + "\n"


def _unread(found: Beginning) -> Iterator[str]:
    unread = found.survey.unread
    if unread:
        yield f"# What could not be read, so that nothing is guessed from it ({len(unread)}):"
    for one in unread[:FEW]:
        yield f"#   {remark(f'{one.path}: {one.why}')}"
    if len(unread) > FEW:
        yield f"#   and {len(unread) - FEW} more"
    if unread:
        yield ""


def _repository(found: Beginning) -> Iterator[str]:
    url, why = found.url
    yield "repository:"
    yield f"  path: {scalar(found.path)} # the checkout; the paths below are relative to it"
    if url:
        yield guess(f"  url: {scalar(url)}", why)
    else:
        yield f"  # url: https://git.example.org/infrastructure.git # as Argo CD knows it; {CHECK}"
    yield ""


def _declared(found: Beginning) -> Iterator[str]:
    survey = found.survey
    lines = [
        *_terraform(survey.terraform),
        *_ansible(survey),
        *_machines(survey.machines),
        *items("argocd", _pairs(survey.argocd), indent="  "),
        *items("kustomize", _pairs(survey.kustomizations), indent="  "),
    ]
    if not lines:
        yield f"declared: {{}} # nothing was found that is read here; {CHECK}"
        return
    yield "declared: # where two disagree, the later one counts"
    yield from lines
    yield from _charts(survey)


def _terraform(roots: Iterable[Terraform]) -> Iterator[str]:
    listed = list(roots)
    if listed:
        yield "  terraform:"
    for root in listed:
        yield guess(f"    - path: {scalar(root.path)}", root.why)
        if root.node_name:
            yield guess(f"      node_name: {scalar(root.node_name)}", root.node_name_why)
        if root.tags:
            yield "      tags: # tags that stand for node labels"
        for tag, label, why in root.tags:
            yield guess(f"        {scalar(tag)}: {scalar(label)}", why)


def _ansible(survey: Survey) -> Iterator[str]:
    if not survey.inventories:
        return
    first, *others = survey.inventories
    yield "  ansible:"
    yield guess(f"    inventory: {scalar(first.path)}", first.why)
    for other in others:
        yield f"    # inventory: {remark(f'{scalar(other.path)} # {other.why}')}"
    yield from items("playbooks", _pairs(survey.playbooks), indent="    ")


def _machines(found: Iterable[Found]) -> Iterator[str]:
    listed = list(found)
    if listed:
        yield "  machines:"
    for one in listed:
        yield guess(f"    - path: {scalar(one.path)}", one.why)


def _charts(survey: Survey) -> Iterator[str]:
    if not survey.charts:
        return
    yield "  # Charts of registries are compared once they may be fetched, or lie in a folder:"
    yield "  # charts:"
    yield "  #   fetch:"
    for url in dict.fromkeys(one.path for one in survey.charts):
        names = ", ".join(one.why for one in survey.charts if one.path == url)
        yield f"  #     - url: {remark(f'{scalar(url)} # {names}')}"


def _nodes(found: Beginning) -> Iterator[str]:
    known = found.hints
    groups, survey = list(_groups(known.groups)), found.survey
    declared = survey.terraform or survey.inventories or survey.machines
    if groups and not declared:
        yield from ("", "nodes:", *groups)
    elif groups:
        yield from ("", *off(["nodes:", *groups]))
    if known.taints:
        yield "# To be added to the usual ones in nodes.unmanaged_taints, which it replaces:"
        yield from off(items("unmanaged_taints", _guesses(known.taints), indent="  "))


def _groups(groups: Sequence[Group]) -> Iterator[str]:
    """Yield groups; what the cluster shows is no declaration, so they say no sizes."""
    if groups:
        yield "  groups:"
    for group in groups:
        match = f"{{labels: {{{scalar(group.label)}: {scalar(group.name)}}}}}"
        why = f"nodes that bear the label: {group.count}"
        yield guess(f"    - {{name: {scalar(group.name)}, match: {match}}}", why)


def _observed(found: Beginning) -> Iterator[str]:
    yield ""
    yield "observed:"
    if found.snapshot:
        yield f"  snapshot: {scalar(found.snapshot)} # a dump; {{kubernetes: {{}}}} is the cluster"
    elif found.kubeconfig:
        yield f"  kubernetes: {{kubeconfig: {scalar(found.kubeconfig)}}}"
    else:
        yield "  kubernetes: {} # what kubectl uses"
    if found.unobserved:
        yield f"  # The cluster could not be looked at: {remark(found.unobserved)}"
    if found.hints.servers:
        yield "  # Of the monitoring stack, whose addresses are good within the cluster alone:"
    yield from off(_servers(found))


def _servers(found: Beginning) -> Iterator[str]:
    for name, server in found.hints.servers.items():
        yield f"  {name}:"
        yield guess(f"    url: {scalar(server.value)}", server.why)


def _not_guessed(found: Beginning) -> Iterator[str]:
    argocd = [one for one in found.hints.argocd if one.value != "argocd"]
    if argocd:
        yield ""
    for one in argocd:
        yield f"# Argo CD is in the namespace {remark(f'{one.value}: {one.why}')}."
    yield ""
    yield "# Never guessed: waivers, which accept a failure until a date (docs/policy.md), and"
    yield "# declared.terraform[].complete, by which you vouch for what is not known."


def _release(found: Beginning) -> Iterator[str]:
    for one in found.survey.stacks[:1]:
        yield "kubePrometheusStack:"
        yield guess("  release: kube-prometheus-stack", f"{one.path}: {one.why}")


def _pairs(found: Iterable[Found]) -> Iterator[tuple[str, str]]:
    return ((one.path, one.why) for one in found)


def _guesses(found: Iterable[Guess]) -> Iterator[tuple[str, str]]:
    return ((one.value, one.why) for one in found)
