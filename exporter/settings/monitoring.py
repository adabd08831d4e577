"""The settings of the monitoring stack: where it answers, and what is declared of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, structs

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_duration
from exporter.settings.forms import Count, Duration, FilePath, Quantity, Strict
from exporter.settings.texts import ADDRESS, DURATION

SHORTEST = timedelta(milliseconds=100)


def parse_address(text: str) -> str:
    """Return the base address of a server, without a slash at its end.

    Raises :exc:`ParseError` for anything but http and https, and for one that holds a password.
    """
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise ParseError("expected an address as http://prometheus.monitoring:9090")
    if parts.username is not None:
        raise ParseError("holds a user; name it in basic_auth, and its password's file")
    return text.rstrip("/")


def parse_period(text: str) -> timedelta:
    """Return a duration of at least 100 ms; raises :exc:`ParseError` for any other text.

    None at all would ask without a pause, or wait without an end.
    """
    period = parse_duration(text)
    if period < SHORTEST:
        raise ParseError("must be at least 100ms")
    return period


Period = Annotated[
    str,
    Meta(
        description="A duration: 30s, 5m, 1h30m.",
        extra={"parse": parse_period},
        extra_json_schema={"pattern": DURATION},
    ),
]


class BasicAuthSettings(Strict, frozen=True, kw_only=True):
    """A user and the file of the password."""

    username: str
    password_file: Annotated[
        FilePath, Meta(description="A relative one is relative to this file; read at each request.")
    ]


class TlsSettings(Strict, frozen=True, kw_only=True):
    """How a server is trusted, and what is shown to it; files are relative to this one."""

    ca_file: Annotated[FilePath, Meta(description="Authorities; default: those of the system.")] = (
        ""
    )
    cert_file: Annotated[FilePath, Meta(description="A certificate to show, with key_file.")] = ""
    key_file: FilePath = ""
    server_name: Annotated[str, Meta(description="The name in the server's certificate.")] = ""
    insecure_skip_verify: Annotated[
        bool, Meta(description="Trust any server. It can then read the credentials.")
    ] = False

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        half = bool(given.get("cert_file")) != bool(given.get("key_file"))
        return "cert_file and key_file need each other: set both" if half else ""


def too_old(kind: type[Strict], given: Mapping[str, Any]) -> str:
    """Return what is wrong where an answer is too old before the next one is there, or nothing."""
    defaults = {field.name: field.default for field in structs.fields(kind)}
    told = [given.get(name, defaults[name]) for name in ("max_age", "interval", "timeout")]
    try:
        age, interval, timeout = map(parse_period, map(str, told))
    except ParseError:
        return ""
    if age > interval + timeout:
        return ""
    return (
        f"max_age ({told[0]}) must be longer than interval and timeout together ({told[1]} and "
        f"{told[2]}), or every answer is too old before the next one"
    )


class EndpointSettings(Strict, frozen=True, kw_only=True):
    """A server that is asked again and again."""

    url: Annotated[
        str,
        Meta(
            description="Its address, with its path prefix if it has one.",
            extra={"parse": parse_address},
            extra_json_schema={"pattern": ADDRESS},
        ),
    ]
    token_file: Annotated[
        FilePath,
        Meta(description="The file of a bearer token; relative to this file, read at each request"),
    ] = ""
    basic_auth: BasicAuthSettings | None = None
    tls: TlsSettings = TlsSettings()
    headers: Annotated[
        dict[str, str],
        Meta(description="Further headers, no secrets: {X-Scope-OrgID: tenant} for Mimir."),
    ] = {}
    interval: Annotated[Period, Meta(description="How often it is asked.")] = "1m"
    timeout: Annotated[Period, Meta(description="How long one answer may take.")] = "10s"
    max_age: Annotated[
        Period,
        Meta(
            description="After how long what it told last counts no more; longer than interval "
            "and timeout together."
        ),
    ] = "5m"

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        if given.get("token_file") and given.get("basic_auth"):
            return "set either token_file or basic_auth"
        return too_old(cls, given)


RULE_GROUPS = (
    "cluster-conformance-applications",
    "cluster-conformance-configuration",
    "cluster-conformance-exporter",
    "cluster-conformance-gitops",
    "cluster-conformance-infrastructure",
    "cluster-conformance-observability",
    "cluster-conformance-recording",
)
"""The groups of the rules that come with this exporter."""


class TargetSettings(Strict, frozen=True, kw_only=True):
    """Targets that Prometheus must scrape."""

    job: Annotated[
        str, Meta(min_length=1, description="The label job of its targets; a shell pattern.")
    ]
    per: Annotated[
        Literal["node", "job"],
        Meta(description="Whether each node must have one, or the job as such has some."),
    ] = "node"
    label: Annotated[
        str,
        Meta(
            description="The label that names a target's node, where its address, the usual "
            "labels and service discovery do not."
        ),
    ] = ""
    min: Annotated[
        int, Meta(ge=1, description="How many targets of the job must be up, with per: job.")
    ] = 1


class RulesSettings(Strict, frozen=True, kw_only=True):
    """The rules that Prometheus must evaluate."""

    groups: Annotated[
        tuple[str, ...],
        Meta(description="Shell patterns of groups, each of which must find one that is loaded."),
    ] = RULE_GROUPS
    check_series: Annotated[
        Literal["own", "all", "off"],
        Meta(description="Look for series that do not exist in the rules of groups, or of all."),
    ] = "own"
    query_budget: Annotated[
        int, Meta(ge=1, description="How many selectors of rules are asked for each interval.")
    ] = 200


class PrometheusSettings(EndpointSettings, frozen=True, kw_only=True):
    """The Prometheus that watches the cluster, or a Thanos or Mimir before it.

    What is left out of *retention* to *replicas* is what the repository declares, if it does.
    """

    retention: Annotated[
        Duration | None, Meta(description="For how long it shall keep samples.")
    ] = None
    retention_size: Annotated[
        str | None, Meta(description="How much it shall keep, as Prometheus writes it: 50GB.")
    ] = None
    storage: Annotated[
        Quantity | None, Meta(description="What its volume shall hold, a quantity: 80Gi.")
    ] = None
    replicas: Annotated[int, Meta(ge=0, description="How many of it there shall be.")] | None = None
    labels: Annotated[
        dict[str, str],
        Meta(
            description="By which labels a server that knows several clusters tells this one: "
            "{cluster: production}."
        ),
    ] = {}
    targets: Annotated[
        tuple[TargetSettings, ...],
        Meta(description="What it must scrape: [{job: node-exporter, per: node}]."),
    ] = ()
    kube_state_metrics: Annotated[
        bool | None,
        Meta(
            description="Whether it must have metrics of kube-state-metrics. Default: where the "
            "repository declares a workload of that name, or it has any."
        ),
    ] = None
    settle: Annotated[
        Duration,
        Meta(description="How long what it knows of the cluster may lag behind the API server."),
    ] = "5m"
    claims: Annotated[
        str,
        Meta(description="A shell pattern of its volume claims, as namespace/name."),
    ] = "*/prometheus-*"
    rules: RulesSettings = RulesSettings()
    alertmanagers: Annotated[
        Count | None,
        Meta(
            description="How many Alertmanagers it must notify; else what the repository "
            "declares, else 1. 0: none.",
        ),
    ] = None
    watchdog: Annotated[
        str, Meta(description="The alert that always fires, to prove the way. Empty: none.")
    ] = "Watchdog"


class AlertmanagerSettings(EndpointSettings, frozen=True, kw_only=True):
    """The Alertmanager that Prometheus notifies."""

    labels: Annotated[
        dict[str, str],
        Meta(
            description="By which labels an Alertmanager of several clusters tells alerts of this "
            "one: {cluster: production}."
        ),
    ] = {}
    replicas: Annotated[
        Count | None, Meta(description="How many of it; else what the repository declares.")
    ] = None
    receivers: Annotated[
        tuple[str, ...],
        Meta(description="Names of receivers that must be configured, each with an integration."),
    ] = ()
    watchdog: Annotated[
        str, Meta(min_length=1, description="The name of the alert that always fires.")
    ] = "Watchdog"


class DatasourceSettings(Strict, frozen=True, kw_only=True):
    """A datasource that Grafana must have, and that must answer."""

    name: Annotated[str, Meta(min_length=1, description="Its name; or uid, or both.")] = ""
    uid: Annotated[str, Meta(min_length=1)] = ""
    type: Annotated[
        str,
        Meta(description="The id of its plugin, as prometheus. Empty: whichever it is."),
    ] = ""
    query: Annotated[
        str,
        Meta(
            description="What it is asked, for prometheus and loki; it must give data. Default: "
            "count(up) and vector(1)."
        ),
    ] = ""
    default: Annotated[bool, Meta(description="It must be the default datasource.")] = False

    @property
    def key(self) -> str:
        """Return what findings call it: its name, else its uid."""
        return self.name or self.uid

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        return "" if "name" in given or "uid" in given else "say which one by name or uid"


class DashboardSettings(Strict, frozen=True, kw_only=True):
    """A dashboard that Grafana must have."""

    uid: Annotated[str, Meta(min_length=1, description="Its uid; or title, or both.")] = ""
    title: Annotated[str, Meta(min_length=1)] = ""
    folder: Annotated[
        str,
        Meta(description="The title or uid of its folder; General for none. Empty: any."),
    ] = ""

    @property
    def key(self) -> str:
        """Return what findings call it: its title, else its uid."""
        return self.title or self.uid

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        return "" if "uid" in given or "title" in given else "say which one by uid or title"


class ArgocdSettings(EndpointSettings, frozen=True, kw_only=True):
    """Argo CD's API, asked for what it renders where nobody else can: plugins, private charts.

    Its account needs ``applications, get`` and nothing else.
    """

    timeout: Annotated[
        Period, Meta(description="How long one answer may take; Argo CD may render for it.")
    ] = "30s"


class GrafanaSettings(EndpointSettings, frozen=True, kw_only=True):
    """The Grafana that people look at."""

    datasources: tuple[DatasourceSettings, ...] = ()
    dashboards: tuple[DashboardSettings, ...] = ()
