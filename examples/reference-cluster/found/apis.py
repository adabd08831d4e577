"""The seven APIs: their Deployments, none of which can pull its image, and their Applications."""

import json
from dataclasses import dataclass
from datetime import timedelta

from found.objects import Object, age, instant, metadata, number, owner, service
from found.workloads import Workload

REPOSITORY = "https://github.com/example/infrastructure.git"
REVISION = "8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248"


@dataclass(frozen=True, slots=True)
class Api:
    """One of the seven APIs as Argo CD applied it."""

    domain: str
    phase: int
    replicas: int
    env: tuple[Object, ...]

    @property
    def name(self) -> str:
        """Name of its Deployment and its Service."""
        return f"{self.domain}-api"

    @property
    def application(self) -> str:
        """Name of the Application that delivers it."""
        return f"ecoeco-api-{self.domain}"

    @property
    def labels(self) -> dict[str, str]:
        """Labels of its objects."""
        return {"domain": self.domain, "phase": str(self.phase)}


def _env(**plain: str) -> tuple[Object, ...]:
    return tuple({"name": name, "value": value} for name, value in plain.items())


def _secret(name: str, secret: str, key: str) -> Object:
    return {"name": name, "valueFrom": {"secretKeyRef": {"key": key, "name": secret}}}


def _postgres(database: str) -> tuple[Object, ...]:
    host = "postgresql.default.svc.cluster.local"
    plain = _env(POSTGRES_HOST=host, POSTGRES_PORT="5432", POSTGRES_DB=database)
    password = _secret("POSTGRES_PASSWORD", "postgresql-credentials", f"{database}-password")
    return (*_REDIS, *plain, password)


_REDIS = _env(REDIS_HOST="redis.default.svc.cluster.local", REDIS_PORT="6379")
_S3 = _env(AWS_REGION="ap-northeast-2", S3_BUCKET="ecoeco-scan-images")
_RABBITMQ = _env(RABBITMQ_HOST="rabbitmq.default.svc.cluster.local", RABBITMQ_PORT="5672")

APIS = (
    Api("auth", 1, 2, _postgres("auth")),
    Api("my", 1, 2, _postgres("my")),
    Api("scan", 1, 3, _postgres("scan") + _S3),
    Api("character", 2, 2, _postgres("character")),
    Api(
        "location",
        2,
        2,
        (
            *_postgres("location"),
            _secret("KAKAO_REST_API_KEY", "kakao-credentials", "rest-api-key"),
        ),
    ),
    Api("info", 3, 2, _postgres("info")),
    Api(
        "chat",
        3,
        2,
        (*_REDIS, *_RABBITMQ, _secret("RABBITMQ_PASSWORD", "rabbitmq-credentials", "password")),
    ),
)
DELIVERED = age("2d21h20m")
SYNCED = age("1d21h15m")


def _api_pod_spec(api: Api) -> Object:
    return {
        "containers": [
            {
                "env": list(api.env),
                "image": f"ghcr.io/example/{api.name}:latest",
                "livenessProbe": {
                    "httpGet": {"path": "/health", "port": 8000},
                    "initialDelaySeconds": 30,
                },
                "name": "api",
                "ports": [{"containerPort": 8000, "name": "http"}],
                "readinessProbe": {
                    "httpGet": {"path": "/ready", "port": 8000},
                    "initialDelaySeconds": 5,
                    "periodSeconds": 5,
                },
                "resources": {
                    "limits": {"cpu": "500m", "memory": "512Mi"},
                    "requests": {"cpu": "100m", "memory": "256Mi"},
                },
            }
        ],
        "imagePullSecrets": [{"name": "ghcr-secret"}],
        "nodeSelector": {"domain": api.domain},
        "tolerations": [
            {"effect": "NoSchedule", "key": "domain", "operator": "Equal", "value": api.domain}
        ],
    }


def api_workload(api: Api) -> Workload:
    """Return an API's Deployment.

    A second rollout was turned back while its first pod could not start either, so one pod of
    its ReplicaSet is still there beside the pods of the first.
    """
    node = f"k8s-api-{api.domain}"
    pods = api.replicas + 1
    waiting = [
        "ErrImagePull" if number(api.name, str(index), below=5) == 0 else "ImagePullBackOff"
        for index in range(pods)
    ]
    labels = {"app": "api"} | api.labels
    template = {"metadata": {"labels": labels}, "spec": _api_pod_spec(api)}
    applied = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"labels": _tracked(api), "name": api.name, "namespace": "api"},
        "spec": {
            "replicas": api.replicas,
            "selector": {"matchLabels": labels},
            "template": template,
        },
    }
    return Workload(
        kind="Deployment",
        namespace="api",
        name=api.name,
        labels=labels,
        spec=_api_pod_spec(api),
        nodes=(node,) * api.replicas,
        created=DELIVERED,
        metadata={
            "annotations": {
                "deployment.kubernetes.io/revision": "3",
                "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
                    applied, separators=(",", ":"), sort_keys=True
                ),
            },
            "generation": 3,
            "labels": _tracked(api),
        },
        waiting=tuple(waiting),
        older=(node,),
        older_tag="v0.7.0",
        stuck=SYNCED - timedelta(minutes=10),
    )


def _tracked(api: Api) -> dict[str, str]:
    return api.labels | {"app.kubernetes.io/instance": api.application}


def application(api: Api) -> Object:
    """Return an API's Application: Synced, and Degraded because no image could be pulled."""
    source = {
        "path": f"k8s/overlays/{api.domain}",
        "repoURL": REPOSITORY,
        "targetRevision": "main",
    }
    destination = {"namespace": "api", "server": "https://kubernetes.default.svc"}
    degraded = {
        "message": f'Deployment "{api.name}" exceeded its progress deadline',
        "status": "Degraded",
    }
    resources = [
        {"kind": "Service", "version": "v1", "health": {"status": "Healthy"}},
        {"group": "apps", "kind": "Deployment", "version": "v1", "health": degraded},
    ]
    synced = instant(SYNCED)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata(
            "Application",
            api.application,
            created=DELIVERED,
            namespace="argocd",
            generation=1_500 + number(api.name, below=100),
            labels={"tier": "api"},
            ownerReferences=owner(
                "ApplicationSet",
                "argoproj.io/v1alpha1",
                "ecoeco-appset-kustomize",
                "argocd",
            ),
        ),
        "spec": {
            "destination": destination,
            "project": "default",
            "source": source,
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["CreateNamespace=true"],
            },
        },
        "status": {
            "controllerNamespace": "argocd",
            "health": {
                "lastTransitionTime": instant(age("2d21h10m")),
                "status": "Degraded",
            },
            "history": [
                {
                    "deployedAt": synced,
                    "id": 2,
                    "initiatedBy": {"automated": True},
                    "revision": REVISION,
                    "source": source,
                }
            ],
            "operationState": {
                "finishedAt": synced,
                "message": "successfully synced (all tasks run)",
                "operation": {
                    "initiatedBy": {"automated": True},
                    "retry": {"limit": 5},
                    "sync": {"prune": True, "revision": REVISION},
                },
                "phase": "Succeeded",
                "startedAt": synced,
                "syncResult": {"revision": REVISION, "source": source},
            },
            "reconciledAt": instant(age(f"0d0h{number(api.name, below=3)}m")),
            "resources": [
                one | {"name": api.name, "namespace": "api", "status": "Synced"}
                for one in resources
            ],
            "sourceType": "Kustomize",
            "summary": {"images": [f"ghcr.io/example/{api.name}:latest"]},
            "sync": {
                "comparedTo": {"destination": destination, "source": source},
                "revision": REVISION,
                "status": "Synced",
            },
        },
    }


def api_service(api: Api) -> Object:
    """Return an API's Service."""
    selector = {"app": "api"} | api.labels
    labels = _tracked(api)
    return service("api", api.name, selector=selector, port=8000, created=DELIVERED, labels=labels)
