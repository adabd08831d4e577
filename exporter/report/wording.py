"""The words for the closed sets that reports speak of, as messages of the catalogues."""

from collections.abc import Mapping
from typing import Final

from exporter.domain.evaluation import WaiverState
from exporter.domain.finding import Layer, Severity, Verdict
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
    Verdict.UNKNOWN: mark("not seen"),
    Verdict.WAIVED: mark("accepted"),
    Verdict.SUPPRESSED: mark("in progress"),
    None: mark("not checked"),
}

REMARKS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: mark("deviating: {n}"),
    Verdict.WAIVED: mark("accepted: {n}"),
    Verdict.SUPPRESSED: mark("in progress: {n}"),
    Verdict.UNKNOWN: mark("not seen: {n}"),
}

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
    "terraform": "Terraform",
    "ansible": "Ansible",
    "argocd": "Argo CD",
    "kustomize": "Kustomize",
    "inventory": mark("Handwritten inventory"),
    "repository": mark("Git repository"),
    "kubernetes": "Kubernetes API",
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "grafana": "Grafana",
}

ADVICE: Final[Mapping[Advice, str]] = {
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

FIXES: Final[Mapping[str, str]] = {
    "alertmanager_connected": mark("Connect Prometheus with the declared Alertmanager."),
    "alertmanager_ready": mark("Make Alertmanager ready, and give it a receiver to notify."),
    "alertmanager_silences": mark("Remove silences that hide all alerts, or narrow them."),
    "application_abandoned": mark(
        "Delete the Applications that no code declares any more, or declare them again."
    ),
    "application_automated": mark("Set the declared sync policy on the Applications again."),
    "application_healthy": mark(
        "Repair what makes the Applications unhealthy; the causes are listed above."
    ),
    "application_present": mark("Create the missing Applications in Argo CD."),
    "application_revision": mark("Deploy the commit that the declared branch stands for."),
    "application_source_path": mark(
        "Correct the source paths that the repository does not have; Argo CD reports such an "
        "Application as healthy."
    ),
    "application_synced": mark("Synchronise the Applications, and find out what holds them back."),
    "declaration_conflict": mark(
        "Decide which of the contradicting declarations is right, and correct the others."
    ),
    "grafana_available": mark("Bring Grafana back into service."),
    "grafana_dashboards": mark("Provide the missing dashboards in Grafana."),
    "grafana_datasources": mark("Repair the datasources that do not answer a query."),
    "kube_state_metrics": mark(
        "Find out why kube-state-metrics and the Kubernetes API count differently."
    ),
    "node_dedication": mark("Move pods that do not belong there off the dedicated nodes."),
    "node_group_size": mark("Bring the groups of nodes to their declared size."),
    "node_instance": mark("Replace the nodes that are other machines than declared."),
    "node_labels": mark("Set the declared labels on the nodes again."),
    "node_present": mark("Bring the missing nodes into the cluster, or remove their declaration."),
    "node_ready": mark("Repair the nodes that are not Ready."),
    "node_taints": mark(
        "Declare undeclared taints in the code or remove them, and set missing ones."
    ),
    "node_unexpected": mark("Declare the unexpected nodes, or remove them from the cluster."),
    "node_version": mark("Bring all nodes to the declared version of Kubernetes."),
    "prometheus_retention": mark("Make the retention of Prometheus and its declaration agree."),
    "prometheus_rules": mark("Load the missing rules into Prometheus, and repair broken ones."),
    "prometheus_storage": mark("Give Prometheus the storage that is declared."),
    "scrape_targets": mark("Let Prometheus collect metrics from every declared target."),
    "workload_images": mark(
        "Publish the missing images, and check that the pull secret may read them."
    ),
    "workload_placement": mark("Move pods to the nodes that their workload selects."),
    "workload_present": mark("Deploy the missing workloads."),
    "workload_ready": mark("Repair the workloads whose pods are not ready."),
    "workload_replicas": mark("Make the replicas and their declaration agree."),
    "workload_spec": mark("Undo manual changes to the workloads, or declare them in the code."),
    "workload_tolerations": mark(
        "Add tolerations for the taints of the nodes that the workloads select."
    ),
    "workload_undeclared": mark("Declare the workloads that no code declares, or delete them."),
}
"""What to do where a check fails, by its id."""
