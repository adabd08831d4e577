"""What runs beside the APIs: control plane, pod network, Argo CD, monitoring, databases."""

from found.nodes import CONTROL_PLANE, INFRASTRUCTURE, NODES
from found.objects import Object, age, instant, metadata, owner, pod_spec, service
from found.workloads import Workload, pod_status

EVERYWHERE: list[Object] = [{"operator": "Exists"}]


def _workload(
    path: str, *, image: str, nodes: tuple[str, ...], since: str, **spec: object
) -> Workload:
    """Return a workload that runs, named by *path* as ``Kind/namespace/name``."""
    kind, namespace, name = path.split("/")
    container = {"image": image, "name": image.rpartition("/")[2].partition(":")[0]}
    return Workload(
        kind=kind,
        namespace=namespace,
        name=name,
        labels={"app.kubernetes.io/name": name},
        spec={"containers": [container], **spec},
        nodes=nodes,
        created=age(since),
    )


def system_workloads() -> list[Workload]:
    """Return what kubeadm, Calico and the add-ons run beside the APIs, all of it well."""
    every = tuple(node.name for node in NODES)
    daemon: Object = {"nodes": every, "tolerations": EVERYWHERE, "hostNetwork": True}
    critical: Object = {"priorityClassName": "system-node-critical"}
    master: Object = {
        "nodes": ("k8s-master",),
        "tolerations": [CONTROL_PLANE, {"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "since": "2d22h50m",
    }
    argo: Object = {"nodes": ("k8s-worker-ai",), "since": "2d21h45m"}
    argo_image = "quay.io/argoproj/argocd:v2.14.11"
    stack = "kube-prometheus-stack"
    monitoring: Object = _on("k8s-monitoring") | {"since": "2d21h35m"}
    return [
        _workload(
            "DaemonSet/kube-system/calico-node",
            image="docker.io/calico/node:v3.26.4",
            since="2d22h50m",
            serviceAccountName="calico-node",
            **daemon,
            **critical,
        ),
        _workload(
            "DaemonSet/kube-system/kube-proxy",
            image="registry.k8s.io/kube-proxy:v1.28.4",
            since="2d23h1m",
            serviceAccountName="kube-proxy",
            **daemon,
            **critical,
        ),
        _workload(
            "Deployment/kube-system/calico-kube-controllers",
            image="docker.io/calico/kube-controllers:v3.26.4",
            **master,
        ),
        _workload(
            "Deployment/kube-system/coredns",
            image="registry.k8s.io/coredns/coredns:v1.10.1",
            **master | {"nodes": ("k8s-master", "k8s-master")},
        ),
        *(
            _workload(
                f"StatefulSet/default/{name}", image=image, since="2d21h30m", **_on(f"k8s-{name}")
            )
            for name, image in (
                ("postgresql", "docker.io/library/postgres:16.10"),
                ("redis", "docker.io/library/redis:7.4.5"),
                ("rabbitmq", "docker.io/library/rabbitmq:3.13.7"),
            )
        ),
        _workload("StatefulSet/argocd/argocd-application-controller", image=argo_image, **argo),
        *(
            _workload(f"Deployment/argocd/argocd-{name}", image=argo_image, **argo)
            for name in ("applicationset-controller", "repo-server", "server")
        ),
        _workload("Deployment/argocd/argocd-redis", image="docker.io/library/redis:7.2.7", **argo),
        _workload(
            f"StatefulSet/monitoring/prometheus-{stack}-prometheus",
            image="quay.io/prometheus/prometheus:v2.49.1",
            **monitoring,
        ),
        _workload(
            f"StatefulSet/monitoring/alertmanager-{stack}-alertmanager",
            image="quay.io/prometheus/alertmanager:v0.26.0",
            **monitoring,
        ),
        _workload(
            f"Deployment/monitoring/{stack}-grafana",
            image="docker.io/grafana/grafana:10.2.3",
            **monitoring,
        ),
        _workload(
            f"Deployment/monitoring/{stack}-kube-state-metrics",
            image="registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.10.1",
            **monitoring,
        ),
        _workload(
            f"Deployment/monitoring/{stack}-operator",
            image="quay.io/prometheus-operator/prometheus-operator:v0.71.2",
            **monitoring,
        ),
        _workload(
            f"DaemonSet/monitoring/{stack}-prometheus-node-exporter",
            image="quay.io/prometheus/node-exporter:v1.7.0",
            since="2d21h35m",
            **daemon,
        ),
    ]


def _on(node: str) -> Object:
    """Return what puts a pod on one of the infrastructure nodes."""
    return {
        "nodes": (node,),
        "nodeSelector": {"kubernetes.io/hostname": node},
        "tolerations": [INFRASTRUCTURE | {"operator": "Equal"}],
    }


def static_pods() -> list[Object]:
    """Return the control plane: mirror pods of kubelet's manifests, owned by their node."""
    images = {
        "etcd": "registry.k8s.io/etcd:3.5.9-0",
        "kube-apiserver": "registry.k8s.io/kube-apiserver:v1.28.4",
        "kube-controller-manager": "registry.k8s.io/kube-controller-manager:v1.28.4",
        "kube-scheduler": "registry.k8s.io/kube-scheduler:v1.28.4",
    }
    return [_static_pod(name, image) for name, image in images.items()]


def _static_pod(name: str, image: str) -> Object:
    master = NODES[0]
    created = age(master.age)
    label = {"component": name, "tier": "control-plane"}
    spec = pod_spec(
        {
            "containers": [{"command": [name], "image": image, "name": name}],
            "hostNetwork": True,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"effect": "NoExecute", "operator": "Exists"}],
        }
    )
    annotations = {
        "kubernetes.io/config.seen": instant(created),
        "kubernetes.io/config.source": "file",
    }
    addresses = {"hostIP": master.address, "podIP": master.address}
    reference = owner("Node", "v1", master.name)
    del reference[0]["blockOwnerDeletion"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(
            "Pod",
            f"{name}-{master.name}",
            created=created,
            namespace="kube-system",
            annotations=annotations,
            labels=label,
            ownerReferences=reference,
        ),
        "spec": spec | {"enableServiceLinks": True, "nodeName": master.name},
        "status": pod_status(spec["containers"], created, "") | addresses,
    }


def system_services() -> list[Object]:
    """Return the Services of what runs beside the APIs, without those that only Argo CD uses."""
    stack = "kube-prometheus-stack"
    ports = {
        "kube-system/kube-dns/coredns": 53,
        "default/postgresql/postgresql": 5432,
        "default/redis/redis": 6379,
        "default/rabbitmq/rabbitmq": 5672,
        "argocd/argocd-server/argocd-server": 8080,
        f"monitoring/{stack}-prometheus/prometheus-{stack}-prometheus": 9090,
        f"monitoring/{stack}-alertmanager/alertmanager-{stack}-alertmanager": 9093,
        f"monitoring/{stack}-grafana/{stack}-grafana": 3000,
    }
    return [
        service(
            namespace,
            name,
            selector={"app.kubernetes.io/name": workload},
            port=port,
            created=age("2d21h30m"),
        )
        for path, port in ports.items()
        for namespace, name, workload in [path.split("/")]
    ]
