"""The parsers of single values, of settings and of requests."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from exporter.checks.node_version import Version
from exporter.declared.checkout import Checkout
from exporter.declared.located import from_plain
from exporter.declared.wire import readings
from exporter.declared.wire.readings import GivenPlaces
from exporter.declared.wire.tables import GarbledReadingError
from exporter.domain.addresses import normalise
from exporter.domain.declaration import Reading
from exporter.domain.errors import ParseError, SettingsError
from exporter.domain.images import parse_image
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.integers import parse_integer
from exporter.domain.monitoring.prometheus.server import Retention, parse_size
from exporter.domain.policy import matches_any
from exporter.domain.provenance import Place, Source
from exporter.domain.quantity import parse_quantity
from exporter.domain.taints import Taint
from exporter.domain.templates import node_selection, tolerations
from exporter.foreign.yaml import load, plain
from exporter.report.api import FINDINGS
from exporter.report.markdown import escape
from exporter.report.parameters import ParameterError, chosen, grouped, page
from exporter.report.status.page_query import PageQuery
from exporter.runtime.negotiate import accepts_gzip, choose_format
from exporter.runtime.variants import preferred_language, preferred_type
from exporter.runtime.web import config
from exporter.runtime.web.prefix import parse_external_url, parse_prefix
from exporter.runtime.web.users import parse_hash
from exporter.settings import load as settings
from exporter.settings.monitoring import parse_address, parse_period
from tests.declared.wire.samples import WHOLE

from .target import EXAMPLE, Target, as_any_text, kept

_D = "exporter.domain"
_W = "exporter.declared.wire"
_NO_CHECKOUT = Checkout(root=Path("/nonexistent"), revision="a" * 40)
_HASH = b"$2b$12$" + b"a" * 21 + b"." + b"b" * 31
_WEB = (
    b"""tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert,
  client_ca_file: c, min_version: TLS12, cipher_suites: [TLS_AES_128_GCM_SHA256]}
http_server_config: {http2: true, headers: {X-Frame-Options: deny}}
basic_auth_users: {a: "%s"}
rate_limit: {interval: 1s, burst: 5}
"""
    % _HASH
)
_POD = b"""{"nodeSelector": {"a": "b"}, "tolerations": [{"key": "a", "operator": "Exists"}],
"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
{"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}]}}}}"""
_ACCEPT = (
    b"application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


def _pod(text: str) -> object:
    spec = plain(load(text))
    return (node_selection(spec), tolerations(spec)) if isinstance(spec, dict) else None


def _parameters(text: str) -> object:
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=None)
    values = grouped(pairs, known={"limit", "offset", "verdict", "layer"})
    return page(values, most=100), chosen(values, "verdict", among=("pass", "fail")), FINDINGS


def _wanted(text: str) -> object:
    query = PageQuery.of(parse_qsl(text, keep_blank_values=True))
    return query.address, query.words, query.at(3)


def _located(text: str) -> object:
    return from_plain(plain(load(text)), Place(Source.ARGOCD, "a", 1)).plain()


def _text(name: str, parse: object, *seeds: bytes, module: str) -> Target:
    assert callable(parse)
    return Target(
        name=name,
        modules=(module,),
        parse=parse,
        given=as_any_text,
        seeds=seeds,
        allowed=(ParseError,),
    )


TARGETS = (
    _text("image", parse_image, b"a.io:1/b/c:1@sha256:" + b"a" * 64, module=f"{_D}.images"),
    _text("quantity", parse_quantity, b"500m", b"1.5Gi", b"12e6", b"-.5", module=f"{_D}.quantity"),
    _text("duration", parse_duration, b"1h30m", b"15d", b"500ms", b"0", module=f"{_D}.instants"),
    _text(
        "instant",
        parse_instant,
        b"2025-12-01T00:00:00+09:00",
        b"0001-01-01T00:00:00+23:59",
        module=f"{_D}.instants",
    ),
    _text("integer", parse_integer, b"-12", b"9223372036854775807", module=f"{_D}.integers"),
    _text("taint", Taint.parse, b"a=b:NoSchedule", b"a:NoExecute", module=f"{_D}.taints"),
    _text(
        "address",
        normalise,
        b"git@example.org:a/b.git",
        b"https://u:p@example.org:443/a/b.git/",
        module=f"{_D}.addresses",
    ),
    _text(
        "size", parse_size, b"50GB", b"1024", b"7TiB", module=f"{_D}.monitoring.prometheus.server"
    ),
    _text(
        "retention",
        Retention.parse,
        b"15d or 50GB",
        b"15d",
        module=f"{_D}.monitoring.prometheus.server",
    ),
    _text(
        "version", Version.parse, b"v1.29.3+k3s1", b"1.30.x", module="exporter.checks.node_version"
    ),
    _text(
        "name-pattern",
        lambda text: matches_any("api-" + "a" * 200, (text[:500],)),
        b"api-*",
        b"*a*a*a*a*b",
        b"[!a]?",
        module=f"{_D}.policy",
    ),
    _text("pod-spec", _pod, _POD, module=f"{_D}.templates"),
    _text(
        "plain-values",
        _located,
        b'{"a": [1, {"b": null}]}',
        module="exporter.declared.located",
    ),
    _text(
        "url",
        parse_address,
        b"http://prometheus.monitoring.svc:9090/x",
        b"https://[::1]:1/",
        module="exporter.settings.monitoring",
    ),
    _text("period", parse_period, b"1h30m", b"30s", module="exporter.settings.monitoring"),
    _text(
        "external-url",
        parse_external_url,
        b"https://example.org/x/",
        b"/x",
        module="exporter.runtime.web.prefix",
    ),
    _text("route-prefix", parse_prefix, b"/x/y/", b"", module="exporter.runtime.web.prefix"),
    _text("password-hash", parse_hash, _HASH, b"$2y$10$", module="exporter.runtime.web.users"),
    _text(
        "accept",
        lambda text: (choose_format(text), accepts_gzip(text)),
        _ACCEPT,
        b"gzip;q=0, identity",
        module="exporter.runtime.negotiate",
    ),
    _text(
        "variant",
        lambda text: (
            preferred_type(text, ("text/html", "a/b")),
            preferred_language(text, ("en", "ko")),
        ),
        _ACCEPT,
        b"ko-KR,ko;q=0.9",
        module="exporter.runtime.variants",
    ),
    _text("markdown", escape, b"# a_b *c* |d| <e> `f` 1. g", module="exporter.report.markdown"),
    Target(
        name="reading",
        modules=(f"{_W}.readings", f"{_W}.tables", f"{_W}.shapes"),
        parse=lambda content: readings.read(content, GivenPlaces(Source.ARGOCD, [_NO_CHECKOUT])),
        given=bytes,
        seeds=(readings.write(WHOLE), readings.write(Reading(source=Source.ARGOCD))),
        allowed=(GarbledReadingError,),
    ),
    Target(
        name="api-parameters",
        modules=("exporter.report.parameters",),
        parse=_parameters,
        given=as_any_text,
        seeds=(b"limit=5&offset=2&verdict=pass&verdict=fail", b"layer=x&limit=%F0%9F"),
        allowed=(ParameterError, ValueError),
    ),
    Target(
        name="page-parameters",
        modules=("exporter.report.status.page_query",),
        parse=_wanted,
        seeds=(b"q=a+b&verdict=fail&nodes=2&kind=Node",),
    ),
    Target(
        name="settings",
        modules=("exporter.settings.load", "exporter.settings.problems", "exporter.settings.texts"),
        allowed=(SettingsError,),
        parse=lambda text: settings.parse(text, name="c.yaml", folder=Path("/")),
        seeds=((EXAMPLE / "conformance.yaml").read_bytes(), *kept("settings")),
    ),
    Target(
        name="web-config",
        modules=("exporter.runtime.web.config",),
        allowed=(SettingsError,),
        parse=lambda text: config.parse(text, name="web.yaml"),
        seeds=(_WEB, json.dumps({"basic_auth_users": {}}).encode()),
    ),
)
