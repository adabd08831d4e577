"""What the first settings, dumps and comparisons are made of."""

from exporter.declared.survey import job
from exporter.declared.survey.found import Asked, Survey
from exporter.declared.survey.survey import survey
from exporter.domain.errors import ParseError, ReadError
from exporter.observed.dump import objects, served
from exporter.observed.kubernetes.errors import WatchError
from exporter.report import changes

from .target import Target, as_file

_S = "exporter.declared.survey"
_APPLICATION = b"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec: {generators: [{git: {directories: [{path: a/*}]}}],
  template: {spec: {source: {repoURL: https://a, path: '{{path}}'}}}}
"""
_PAGE = b"""{"metadata": {"continue": "a"}, "items": [{"metadata": {"annotations": {"a": "b"}},
"spec": {"containers": [{"env": [{"name": "a", "value": "b"}]}]}}]}"""
_PLAY = b"""- hosts: a
  roles: [b, {role: c}]
  tasks: [{include_role: {name: d}}, {command: kubectl label node a b=c}]
"""

TARGETS = (
    Target(
        name="survey",
        modules=(f"{_S}.documents", f"{_S}.applications"),
        given=as_file("a/kustomization.yaml", beside={"b/hosts.ini": "[a]\nb\n"}),
        parse=lambda checkout: survey(checkout, Asked(root="")),
        seeds=(b"resources: [../b]\nkind: Kustomization\n",),
    ),
    Target(
        name="surveyed-file",
        modules=(f"{_S}.documents",),
        given=as_file("a/b.yaml"),
        parse=lambda checkout: survey(checkout, Asked(root="")),
        seeds=(
            _APPLICATION,
            _PLAY,
            b"all: {hosts: {a: {}}, children: {b: {hosts: {c: }}}}\n",
            b"prometheus: {}\ngrafana: {}\n",
        ),
    ),
    Target(
        name="survey-result",
        modules=(f"{_S}.job",),
        given=bytes,
        parse=job.decode,
        seeds=(job.encode(Survey()),),
        allowed=(ReadError,),
    ),
    Target(
        name="dumped-page",
        modules=("exporter.observed.dump.objects",),
        given=bytes,
        parse=lambda body: [
            objects.Kept("Pod", mask=True).of(one) for one in objects.parse_page(body).items or ()
        ],
        seeds=(_PAGE,),
        allowed=(WatchError,),
    ),
    Target(
        name="all-kinds",
        modules=("exporter.observed.dump.served",),
        given=bytes,
        parse=lambda body: list(served.kinds_in(body, group="", version="v1")),
        seeds=(b'{"resources": [{"name": "a", "kind": "A", "verbs": ["list", "watch"]}]}',),
        allowed=(WatchError,),
    ),
    Target(
        name="printed-evaluation",
        modules=("exporter.report.changes",),
        given=bytes,
        parse=changes.parse,
        seeds=(
            (
                b'{"findings": [{"check": "a", "subject": {"kind": "Node", "name": "b"}, '
                b'"verdict": "fail", "provenance": [{"path": "c", "line": 1}]}]}'
            ),
        ),
        allowed=(ParseError,),
    ),
)
