"""What this process did, and with which settings."""

from collections.abc import Iterator
from platform import python_version

from exporter import __version__
from exporter.metrics.chunks import Sample
from exporter.metrics.family import family
from exporter.metrics.view import View


@family(
    name="build_info",
    help="The version of this exporter and of the Python that runs it; always 1.",
    labels=("version", "python_version"),
)
def build_info(_: View) -> Iterator[Sample]:
    yield (__version__, python_version()), 1


@family(
    name="scope_info",
    help="Of which cluster and declaration (a digest of its address) this tells; always 1.",
    labels=("cluster_name", "declaration"),
)
def scope_info(view: View) -> Iterator[Sample]:
    yield view.process.scope.labels, 1


@family(
    name="evaluations_total",
    help="Evaluations made since start.",
    type="counter",
)
def evaluations(view: View) -> Iterator[Sample]:
    yield (), view.process.evaluations


@family(
    name="evaluation_errors_total",
    help="Evaluations in which a check failed by itself; its subjects were unknown then.",
    labels=("check",),
    type="counter",
)
def evaluation_errors(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        yield (check.id,), view.process.failures.get(check.id, 0)


@family(
    name="config_last_reload_successful",
    help="Whether the settings could be taken over at the last try.",
)
def reload_ok(view: View) -> Iterator[Sample]:
    yield (), float(view.process.reload_ok)


@family(
    name="config_last_reload_success_timestamp_seconds",
    help="When settings were last taken over.",
)
def reloaded(view: View) -> Iterator[Sample]:
    yield (), view.process.reloaded.timestamp()
