"""Operations of Argo CD and of the repository that it delivers."""

from datetime import datetime, timedelta

from tests.trust.code import application, service, workload
from tests.trust.lab import Lab, Steps
from tests.trust.objects import Object, written
from tests.trust.operation import operation
from tests.trust.operations.workloads import DB, WEB

_REFUSED = "one or more objects failed to apply: admission webhook denied the request"


@operation(fault="the sync fails", told="ApplicationNotDelivered", about="shop")
def commit_delivered(lab: Lab) -> Steps:
    """A commit is delivered."""
    lab.argocd.refuses = lab.either({}, {"shop": _REFUSED})
    lab.change(WEB, replicas=5)
    yield 0


@operation(fault="the hook fails", told="ApplicationNotDelivered", about="shop")
def hooks(lab: Lab) -> Steps:
    """A sync whose hooks run for minutes."""
    lab.argocd.slow = {"shop": timedelta(minutes=8)}
    lab.argocd.refuses = lab.either({}, {"shop": "one or more synchronization tasks failed"})
    lab.change(WEB, image="web:2")
    yield 0


def with_denial(lab: Lab) -> None:
    """Let a window of the AppProject deny syncs for 25 minutes from now on."""
    now = lab.clock.time
    end = now + timedelta(minutes=25)
    window = {
        "kind": "deny",
        "schedule": f"{now.minute} {now.hour} * * *",
        "duration": "25m",
        "applications": ["*"],
    }
    project = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default", "namespace": "argocd"},
        "spec": {"syncWindows": [window]},
    }
    lab.beside.append(project)

    def may_sync(_name: str, at: datetime) -> bool:
        return not now <= at < end

    lab.argocd.may_sync = may_sync


@operation(
    fault="the sync after the window fails",
    told="ApplicationNotDelivered",
    about="shop",
    prepare=with_denial,
    minutes=55,
)
def sync_window(lab: Lab) -> Steps:
    """A commit waits for the end of a sync window."""
    lab.argocd.refuses = lab.either({}, {"shop": _REFUSED})
    lab.change(WEB, image="web:2")
    yield 0


@operation(
    fault="Argo CD cannot reach the repository any more",
    told="ApplicationNotDelivered",
    about="shop",
)
def force_push(lab: Lab) -> Steps:
    """The branch is rewritten by a force-push."""
    lab.change(WEB, replicas=5)
    yield 8
    contents = lab.code.read(WEB)
    contents[0]["spec"]["replicas"] = 6
    lab.code.write(WEB, contents)
    lab.commit(amend=True)
    if lab.broken:
        lab.argocd.blind = {"shop": "failed to list refs: authentication required"}


@operation(fault="nobody tells Argo CD", told="ApplicationSourcePathMissing", about="shop")
def moved(lab: Lab) -> Steps:
    """The directory of an Application moves, and the Application with it."""
    lab.code.write("apps/store/web.yaml", lab.code.read(WEB))
    lab.code.write(WEB, [])
    path = "argocd/shop.yaml"
    lab.code.write(path, [application("shop", path="apps/store")])
    lab.commit()
    yield 1
    if not lab.broken:
        lab.cluster.get("Application", "shop", "argocd")["spec"] = application(
            "shop", path="apps/store"
        )["spec"]


@operation(
    fault="it does not come back", told="ApplicationStale", about="argocd-application-controller"
)
def argocd_restart(lab: Lab) -> Steps:
    """Argo CD's application controller restarts."""
    lab.argocd.halted = True
    yield 5
    lab.argocd.halted = lab.broken


def by_hand(lab: Lab) -> None:
    """Let the data be synced by hand only."""
    lab.files["argocd/data.yaml"] = [application("data", automated=False)]


@operation(fault="nobody does", told="ApplicationOutOfSync", about="data", prepare=by_hand)
def synced_by_hand(lab: Lab) -> Steps:
    """An Application is synced by hand, some minutes after the commit."""
    lab.change(DB, image="db:2")
    yield 8
    if not lab.broken:
        lab.argocd.sync(lab.cluster.get("Application", "data", "argocd"))


@operation(fault="it is never made", told="ApplicationMissing", about="cart")
def application_added(lab: Lab) -> Steps:
    """An Application is added."""
    made = application("cart")
    lab.code.write("argocd/cart.yaml", [made])
    lab.code.write("apps/cart/cart.yaml", [workload("Deployment", "cart"), service("cart")])
    lab.commit()
    yield 3
    if not lab.broken:
        lab.cluster.put(made)


@operation(fault="it stays in the cluster", told="ApplicationAbandoned", about="agents", minutes=60)
def application_removed(lab: Lab) -> Steps:
    """An Application is removed, with what it delivered."""
    lab.code.write("argocd/agents.yaml", [])
    lab.code.write("apps/agents/agent.yaml", [])
    lab.commit()
    yield 3
    if not lab.broken:
        lab.cluster.delete(lab.cluster.get("Application", "agents", "argocd"))
        lab.cluster.delete(lab.live("DaemonSet", "agent"))


@operation(fault="it is not healed", told="ApplicationOutOfSync", about="shop")
def self_heal(lab: Lab) -> Steps:
    """Somebody edits a Deployment, and Argo CD sets it back."""
    if lab.broken:
        lab.argocd.may_sync = lambda _name, _at: False
    template = lab.live("Deployment", "web")["spec"]["template"]
    container = {**template["spec"]["containers"][0], "image": "web:3"}
    spec = {**template["spec"], "containers": [container]}
    lab.edit("Deployment", "web", template={**template, "spec": spec})
    yield 0


@operation(fault="nobody corrects it", told="DeclarationUnreadable", about="argocd/agents.yaml")
def typing_error(lab: Lab) -> Steps:
    """A commit with a typing error is corrected by the next one."""
    file = lab.code.root / "argocd/agents.yaml"
    before = file.read_text()
    file.write_text(before + "\n  : [\n")
    lab.commit()
    yield 8
    if not lab.broken:
        file.write_text(before)
        lab.commit()


def with_rolling_sync(lab: Lab) -> None:
    """Let an ApplicationSet roll two Applications out, one after the other."""
    for name in ("shop", "data"):
        lab.files.pop(f"argocd/{name}.yaml")
    own = _rolling()
    lab.files["argocd/set.yaml"] = [own]
    lab.beside.extend([own, *map(_of_set, ("shop", "data"))])
    lab.argocd.may_sync = lambda name, _at: name == "agents"


def _rolling() -> Object:
    steps = [
        {"matchExpressions": [{"key": "step", "operator": "In", "values": [name]}]}
        for name in ("shop", "data")
    ]
    template = application("{{name}}", path="apps/{{name}}", automated=False)
    template["metadata"] = {"name": "{{name}}", "labels": {"step": "{{name}}"}}
    template.pop("apiVersion")
    template.pop("kind")
    elements = [{"name": "shop"}, {"name": "data"}]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": {
            "generators": [{"list": {"elements": elements}}],
            "strategy": {"type": "RollingSync", "rollingSync": {"steps": steps}},
            "template": template,
        },
    }


def _of_set(name: str) -> Object:
    made = application(name, automated=False)
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "all"}
    made["metadata"].update(
        labels={"step": name}, ownerReferences=[{**owner, "controller": True, "uid": "all"}]
    )
    return made


def _at_steps(lab: Lab, **statuses: str) -> None:
    """Let the ApplicationSet say at which step its Applications are."""
    found = [
        {
            "application": name,
            "status": status,
            "step": str(number),
            "lastTransitionTime": written(lab.cluster.now),
        }
        for number, (name, status) in enumerate(statuses.items(), start=1)
    ]
    lab.cluster.get("ApplicationSet", "all", "argocd")["status"] = {"applicationStatus": found}


@operation(
    fault="the first step never becomes healthy",
    told="WorkloadNotReady",
    about="web",
    prepare=with_rolling_sync,
)
def rolling_sync(lab: Lab) -> Steps:
    """An ApplicationSet rolls out a commit step by step."""
    contents = lab.code.read(DB)
    contents[0]["spec"]["replicas"] = 4
    lab.code.write(DB, contents)
    lab.change(WEB, image=lab.either("web:2", "web:2-hang"))
    lab.argocd.refresh()
    _at_steps(lab, shop="Pending", data="Waiting")
    yield 1
    lab.argocd.sync(lab.cluster.get("Application", "shop", "argocd"))
    _at_steps(lab, shop="Progressing", data="Waiting")
    yield 8
    if not lab.broken:
        _at_steps(lab, shop="Healthy", data="Pending")
        lab.argocd.sync(lab.cluster.get("Application", "data", "argocd"))
        yield 6
        _at_steps(lab, shop="Healthy", data="Healthy")
