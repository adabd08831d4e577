"""The alerts of the exporter itself, which belong to no check."""

from exporter.domain.check import Alert
from exporter.domain.finding import Severity
from rules.generate.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        alert=Alert(
            name="ExporterDown",
            after="5m",
            keep="10m",
            summary="The exporter does not answer Prometheus.",
            description=(
                "No replica of the exporter answers as job {{ $labels.job }}{of_cluster}; nothing "
                "is validated, and no other alert of it can fire. Next: is its pod running, and "
                "what does its log say?"
            ),
            why=(
                "Targets of any job count that were the exporter within the last day; all replicas "
                "are down."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  up and on (cluster, job, instance) last_over_time(cluster_conformance_build_info[1d])
)
== 0
""",
        severity=Severity.CRITICAL,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="ExporterAbsent",
            after="10m",
            summary="No exporter reports to Prometheus.",
            description=(
                "Prometheus has no series of the exporter{of_cluster}; nothing is validated, and "
                "no other alert of it can fire. Next: is it installed and running, and is it among "
                "Prometheus's targets?"
            ),
            why=(
                "One alert per cluster that was there within the last day; else one if none is "
                "there at all."
            ),
        ),
        expr="""\
(
  group by (cluster) (last_over_time(cluster_conformance_build_info[1d]))
  unless
  group by (cluster) (cluster_conformance_build_info)
  or on ()
  absent(cluster_conformance_build_info)
)
== 1
""",
        severity=Severity.CRITICAL,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="EvaluationStale",
            after="5m",
            summary="The exporter answers, but has stopped evaluating.",
            description=(
                "The last evaluation{of_cluster} is {{ $value | humanizeDuration }} old, though "
                "the exporter answers; everything it shows is of that time. Next: read its log, "
                "then restart it."
            ),
            why=(
                "Ten times its own mean interval, which stops growing with it; from 10 minutes to "
                "6 hours."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  time() - cluster_conformance_evaluation_timestamp_seconds
  > clamp(
    10
    * (cluster_conformance_evaluation_timestamp_seconds - process_start_time_seconds)
    / (cluster_conformance_evaluations_total - 1),
    600,
    21600
  )
  or
  time() - cluster_conformance_evaluation_timestamp_seconds > 21600
)
> 0
""",
        severity=Severity.CRITICAL,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="SourceDown",
            after="10m",
            summary="A source cannot be read.",
            description=(
                "Source {{ $labels.source }}{of_cluster} cannot be read without failures; what "
                "depends on it is old or unknown, and drift there stays unseen. Next: the status "
                "page names the file and the reason."
            ),
            why="Of broken files ClusterConformanceDeclarationUnreadable tells, each by its name.",
        ),
        expr="""\
min without (instance, pod, container, endpoint) (
  cluster_conformance_source_up
  unless cluster_conformance_source_broken == 1
)
== 0
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="AccessMissing",
            after="5m",
            summary="The API server does not let the exporter look at a kind of objects.",
            description=(
                "The API server{of_cluster} refuses to list or watch {{ $labels.kind }}; what "
                "depends on them is unknown, and drift there stays unseen. Next: the status page "
                "names the verb and the resource; grant them, or take out what needs them."
            ),
            why="Sooner than SourceDown, which follows from it and is inhibited by it.",
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  increase(cluster_conformance_watch_restarts_total{reason="forbidden"}[30m])
)
> 0
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="DeclarationStale",
            after="5m",
            summary=(
                "The last good reading of a declaration is too old to stand in for a broken one."
            ),
            description=(
                "Source {{ $labels.source }}{of_cluster} was last read without failures "
                "{{ $value | humanizeDuration }} before the last evaluation; what it declares is "
                "unknown by now. Next: correct what the status page names."
            ),
            why=(
                "3600 s is the default of declared.max_age: change both together. Of what is "
                "observed, in a cluster or its monitoring stack, other alerts tell."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  cluster_conformance_evaluation_timestamp_seconds
  - ignoring (source) group_right ()
  cluster_conformance_source_last_success_timestamp_seconds{source!~"kubernetes|prometheus|alertmanager|grafana"}
)
> 3600
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="DeclarationShrank",
            after="5m",
            summary=(
                "A source declares less than half of what it declared within the last six hours."
            ),
            description=(
                "Source {{ $labels.source }}{of_cluster} declares {{ $value }} of kind "
                "{{ $labels.kind }}, less than half of what it did within the last six hours; an "
                "empty declaration finds nothing wrong, and Argo CD may prune what it lost. Next: "
                "git log, and the generators of the ApplicationSets."
            ),
            why=(
                "What has no series any more is 0, as long as the exporter evaluates. Files and "
                "directories are items only while something is amiss with them. Two of a kind are "
                "too few to tell. Where a commit came within the six hours, Git shows what was "
                "removed, and an hour is enough to revert it; a generator that gives less of "
                "itself leaves no commit."
            ),
        ),
        expr="""\
(
  sum without (state) (
    max without (instance, pod, container, endpoint) (
      cluster_conformance_declared_items{state!="out_of_scope", kind!~"File|Directory"}
    )
  )
  or
  sum without (state) (
    max without (instance, pod, container, endpoint) (
      last_over_time(cluster_conformance_declared_items{state!="out_of_scope", kind!~"File|Directory"}[6h])
    )
  )
  * 0
  and ignoring (source, kind)
  max without (instance, pod, container, endpoint) (
    cluster_conformance_evaluation_timestamp_seconds
  )
)
< 0.5
* (
  (
    (
      max_over_time(
        sum without (state) (
          max without (instance, pod, container, endpoint) (
            cluster_conformance_declared_items{state!="out_of_scope", kind!~"File|Directory"}
          )
        )[6h:1m]
      )
      unless ignoring (source, kind)
      (
        changes(
          max without (instance, pod, container, endpoint) (
            cluster_conformance_source_revision_timestamp_seconds{source="repository"}
          )[6h:1m]
        )
        > 0
      )
    )
    or
    max_over_time(
      sum without (state) (
        max without (instance, pod, container, endpoint) (
          cluster_conformance_declared_items{state!="out_of_scope", kind!~"File|Directory"}
        )
      )[1h:1m]
    )
  )
  > 2
)
""",  # noqa: E501 - a selector is not broken
        severity=Severity.CRITICAL,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="SettingsReloadFailed",
            after="5m",
            summary="The settings could not be reloaded.",
            description=(
                "The exporter{of_cluster} could not read its changed settings and goes on with the "
                "old ones; a restart would fail. Next: cluster-conformance config check."
            ),
        ),
        expr="""\
min without (instance, pod, container, endpoint) (
  cluster_conformance_config_last_reload_successful
)
== 0
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="CoverageLow",
            after="15m",
            summary="Less of a layer can be judged than within the last day.",
            description=(
                "Only {{ $value | humanizePercentage }} of what is declared in layer "
                "{{ $labels.layer }}{of_cluster} can be judged, at least a tenth less than within "
                "the last day; failures in the rest stay unseen. Next: cluster-conformance check "
                "lists what is unknown, and why."
            ),
            why=(
                "Where it fell, not where it has always been low: what is not compared has an "
                "alert of its own, and single unknown values (a version named latest) are no "
                "blindness."
            ),
        ),
        expr="""\
min without (instance, pod, container, endpoint) (
  cluster_conformance_layer_coverage_ratio
)
< 0.9
* max without (instance, pod, container, endpoint) (
  max_over_time(cluster_conformance_layer_coverage_ratio[1d])
)
""",
        severity=Severity.WARNING,
        dashboard="layer",
        variables="&var-layer={{ $labels.layer }}",
    ),
    Rule(
        alert=Alert(
            name="FindingsTruncated",
            after="15m",
            summary="More subjects fail than have a series.",
            description=(
                "{{ $value }} failing subjects{of_cluster} have no series of their own and raise "
                "no alert; the worst ones have. Next: look for one cause of many failures, or "
                "raise metrics.findings_limit."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  cluster_conformance_findings_truncated
)
> 0
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="CheckFailed",
            after="5m",
            summary="A check failed by itself.",
            description=(
                "Check {{ $labels.check }}{of_cluster} failed by itself; its subjects are unknown. "
                "Next: the log has a traceback; report it."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  increase(cluster_conformance_evaluation_errors_total[30m])
)
> 0
""",
        severity=Severity.WARNING,
        dashboard="exporter",
    ),
    Rule(
        alert=Alert(
            name="WaiverExpiring",
            after="5m",
            summary="A waiver ends within seven days.",
            description=(
                "Waiver {{ $labels.waiver }} of {{ $labels.owner }}{of_cluster} ends in "
                "{{ $value | humanizeDuration }}; what it covers fails then. Next: remedy the "
                "cause, or have the owner renew it."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint) (
  cluster_conformance_waiver_expiry_timestamp_seconds
)
- time()
> 0
< 604800
""",
        severity=Severity.WARNING,
        dashboard="overview",
    ),
    Rule(
        alert=Alert(
            name="WaiverExpired",
            after="5m",
            summary="A waiver has expired.",
            description=(
                "Waiver {{ $labels.waiver }} of {{ $labels.owner }}{of_cluster} has expired and "
                "covers nothing; what still fails has alerts of its own. Next: take it out of the "
                "settings."
            ),
        ),
        expr="""\
time()
- max without (instance, pod, container, endpoint) (
  cluster_conformance_waiver_expiry_timestamp_seconds
)
>= 0
""",
        severity=Severity.INFO,
        dashboard="overview",
    ),
    Rule(
        alert=Alert(
            name="WaiverUnused",
            after="1d",
            summary="A waiver covers nothing.",
            description=(
                "Waivers{of_cluster} that cover nothing that fails: {{ $value }}. Next: "
                "cluster-conformance check lists what is waived; take the other waivers out of the "
                "settings, lest they hide the next failure."
            ),
        ),
        expr="""\
max without (instance, pod, container, endpoint, state) (
  cluster_conformance_waivers{state="unused"}
)
> 0
""",
        severity=Severity.INFO,
        dashboard="overview",
    ),
)
"""In the order of the file: first what keeps the exporter from telling anything."""
