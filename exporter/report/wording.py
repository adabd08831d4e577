"""The words for the closed sets that reports speak of, as messages of the catalogues."""

from collections.abc import Mapping
from typing import Final

from exporter.domain.evaluation import WaiverState
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.report.rows import Advice, Aim, Term
from exporter.report.texts import mark

LAYERS: Final[Mapping[Layer, str]] = {
    Layer.INFRASTRUCTURE: mark("Infrastructure"),
    Layer.CONFIGURATION: mark("Configuration"),
    Layer.APPLICATIONS: mark("Applications"),
    Layer.GITOPS: mark("GitOps"),
    Layer.OBSERVABILITY: mark("Observability"),
}

VERDICTS: Final[Mapping[Verdict | None, str]] = {
    Verdict.PASS: mark("match"),
    Verdict.FAIL: mark("mismatch"),
    Verdict.UNKNOWN: mark("unknown"),
    Verdict.WAIVED: mark("accepted"),
    Verdict.SUPPRESSED: mark("in progress"),
    None: mark("not checked"),
}

COUNTS: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: mark("Match"),
    Verdict.FAIL: mark("Mismatch"),
    Verdict.WAIVED: mark("Accepted for now"),
    Verdict.SUPPRESSED: mark("In progress"),
    Verdict.UNKNOWN: mark("Unknown"),
}
"""The heads of columns that count findings, in their order."""

REMARKS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: mark("deviating: {n}"),
    Verdict.WAIVED: mark("accepted: {n}"),
    Verdict.SUPPRESSED: mark("in progress: {n}"),
    Verdict.UNKNOWN: mark("unknown: {n}"),
}

STATES: Final[Mapping[ItemState, str]] = {
    ItemState.COMPARED: mark("compared"),
    ItemState.ACCEPTED: mark("accepted, not compared"),
    ItemState.OUT_OF_SCOPE: mark("out of scope"),
    ItemState.NOT_RENDERED: mark("not rendered"),
    ItemState.UNRESOLVED: mark("only a run would tell"),
    ItemState.UNREADABLE: mark("not readable"),
    ItemState.UNSUPPORTED: mark("not supported yet"),
    ItemState.OTHER_CLUSTER: mark("for another cluster"),
    ItemState.OTHER_REPOSITORY: mark("in another repository"),
    ItemState.OTHER_REVISION: mark("at another revision"),
    ItemState.NO_HOST: mark("hosts in no inventory"),
    ItemState.REFUSED: mark("access refused"),
}
"""What becomes of a declared item."""

REMEDIES: Final[Mapping[ItemState, str]] = {
    ItemState.NOT_RENDERED: mark(
        "Nobody ran this chart, plugin or generator: make it available where it is looked for."
    ),
    ItemState.UNRESOLVED: mark(
        "Its values are made in a run: hand over the outcome, as a state file, or write them in "
        "declared.inventory."
    ),
    ItemState.UNREADABLE: mark("It cannot be read: provide it in a form that can be."),
    ItemState.UNSUPPORTED: mark(
        "This exporter does not know this kind, function or tool yet: accept it with a waiver, or "
        "write it in declared.inventory."
    ),
    ItemState.OTHER_CLUSTER: mark(
        "It is meant for another cluster; if it is this one, name it in the settings."
    ),
    ItemState.OTHER_REPOSITORY: mark("Check out the repository that it lies in, too."),
    ItemState.OTHER_REVISION: mark("Check out the revision that it names."),
    ItemState.NO_HOST: mark("Add its hosts to an inventory that is read."),
    ItemState.REFUSED: mark("Let the exporter look: grant what is missing."),
}
"""What lets an item be compared, where its reader does not say it better."""

THINGS: Final[Mapping[str, str]] = {
    "": mark("declared items"),
    "Application": mark("Applications"),
    "Source": mark("Applications' sources"),
}
"""What kinds of items are called where they are counted."""

SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: mark("critical"),
    Severity.WARNING: mark("warning"),
    Severity.INFO: mark("information"),
}

WAIVER_STATES: Final[Mapping[WaiverState, str]] = {
    WaiverState.ACTIVE: mark("valid"),
    WaiverState.EXPIRING: mark("ends soon"),
    WaiverState.EXPIRED: mark("expired"),
    WaiverState.UNUSED: mark("no longer needed"),
}

TERMS: Final[Mapping[Term, str]] = {
    Term.SHORT: mark("Short term"),
    Term.MEDIUM: mark("Medium term"),
    Term.LONG: mark("Long term"),
}

AIMS: Final[Mapping[str, str]] = {
    Aim.EVERYTHING_SEEN: mark("Everything that is declared could be looked at"),
    Aim.SOURCES_UP: mark("All sources could be read"),
    Aim.WAIVERS_VALID: mark("No waiver has expired"),
}

SOURCES: Final[Mapping[str, str]] = {
    **{source.value: source.display for source in Source},
    Source.INVENTORY.value: mark("Handwritten inventory"),
    Source.MACHINES.value: mark("Machine configuration"),
    Source.REPOSITORY.value: mark("Git repository"),
}
"""Titles; those that are no names of products are in the catalogues."""

ADVICE: Final[Mapping[Advice, str]] = {
    Advice.COMPARE: mark("Let what {source} declares be compared, too ({state}): {remedy}."),
    Advice.FIX: mark("Bring the cluster and the code in line: {title}."),
    Advice.RESTORE_SOURCE: mark("Make {source} readable again; until then it proves nothing."),
    Advice.MEND_CHECK: mark("Find out why the check {check} itself failed; the log says more."),
    Advice.RENEW_WAIVER: mark(
        "Resolve what the waiver {waiver} accepts, or renew it: it ends on {day}."
    ),
    Advice.REMOVE_WAIVER: mark("Remove the waiver {waiver}: it excuses nothing any more."),
    Advice.RESOLVE_WAIVED: mark(
        "Resolve what the waiver {waiver} accepts before it ends on {day}."
    ),
    Advice.CHECK_LAYER: mark(
        "Let the layer {layer} be checked, too: the settings name nothing to compare it with."
    ),
}
