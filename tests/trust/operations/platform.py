"""Operations on what everything stands on: API server, exporter, clocks and access."""

from datetime import timedelta

from tests.apiserver.faults import Answer
from tests.trust.lab import Lab, Steps
from tests.trust.operation import operation
from tests.trust.operations.workloads import WEB


@operation(fault="it does not come back", told="SourceDown", about="kubernetes")
def api_server_restart(lab: Lab) -> Steps:
    """The API server restarts."""
    lab.act(lab.api.stop())
    yield 2
    if not lab.broken:
        lab.act(lab.start_api())


@operation(fault="it does not come back", told="ExporterDown")
def exporter_restart(lab: Lab) -> Steps:
    """The exporter restarts."""
    lab.act(lab.stop_exporter())
    yield 2
    if not lab.broken:
        lab.act(lab.start_exporter())


@operation(fault="a node is lost meanwhile", told="NodeMissing", about="worker-2")
def clock_set_back(lab: Lab) -> Steps:
    """The exporter's clock is set back by five minutes."""
    lab.clock.setting = timedelta(minutes=-5)
    yield 5
    if lab.broken:
        lab.leave("worker-2")


@operation(
    fault="a rollout stands still meanwhile", told="WorkloadNotReady", about="web", minutes=50
)
def clock_set_forward(lab: Lab) -> Steps:
    """The exporter's clock is set forward by half an hour, and back by NTP."""
    lab.clock.setting = timedelta(minutes=30)
    lab.change(WEB, image=lab.either("web:2", "web:2-hang"))
    yield 10
    lab.clock.setting = timedelta(0)


@operation(fault="the exporter is refused what it has to see", told="AccessMissing", about="Pod")
def etcd_compaction(lab: Lab) -> Steps:
    """Connections break, and what watches knew has been compacted."""
    if lab.broken:
        lab.api.faults.inject(Answer(403), resource="pods")
    lab.api.compact()
    lab.api.drop_connections()
    if lab.broken:
        lab.act(lab.until_refused())
    yield 5
    lab.api.compact()
    lab.api.drop_connections()


@operation(
    fault="the API server goes on answering with errors", told="SourceDown", about="kubernetes"
)
def api_server_overloaded(lab: Lab) -> Steps:
    """The API server is overloaded for some minutes."""
    fault = lab.api.faults.inject(Answer(503))
    lab.api.drop_connections()
    yield 4
    if not lab.broken:
        fault.clear()
        lab.act(lab.until_followed())


@operation(fault="the settings are wrong", told="SettingsReloadFailed")
def settings_changed(lab: Lab) -> Steps:
    """The settings are changed while the exporter runs."""
    lab.settings["interval"] = lab.either("20s", "never")
    lab.write_settings()
    yield 0
