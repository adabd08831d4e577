"""Answers in the shape that Prometheus 2.42 and 2.53 give them; recorded, then shortened."""

import json
from typing import Any


def success(data: Any, **more: Any) -> bytes:
    """Return a good answer with this *data*."""
    return json.dumps({"status": "success", "data": data, **more}).encode()


TARGET: dict[str, Any] = {
    "discoveredLabels": {
        "__address__": "10.0.0.7:9100",
        "__meta_kubernetes_endpoint_node_name": "k8s-api-auth",
        "__metrics_path__": "/metrics",
        "__scheme__": "http",
        "__scrape_interval__": "30s",
        "__scrape_timeout__": "10s",
        "job": "serviceMonitor/monitoring/node-exporter/0",
    },
    "labels": {"instance": "10.0.0.7:9100", "job": "node-exporter", "namespace": "monitoring"},
    "scrapePool": "serviceMonitor/monitoring/node-exporter/0",
    "scrapeUrl": "http://10.0.0.7:9100/metrics",
    "globalUrl": "http://10.0.0.7:9100/metrics",
    "lastError": "",
    "lastScrape": "2025-11-12T05:29:45.727704232Z",
    "lastScrapeDuration": 0.010959623,
    "health": "up",
    "scrapeInterval": "30s",
    "scrapeTimeout": "10s",
}
RULE: dict[str, Any] = {
    "state": "inactive",
    "name": "Down",
    "query": 'up{job="node-exporter"} == 0',
    "duration": 0,
    "keepFiringFor": 0,
    "labels": {},
    "annotations": {},
    "alerts": [],
    "health": "ok",
    "evaluationTime": 0.000335377,
    "lastEvaluation": "2025-11-12T05:29:45.935784376Z",
    "type": "alerting",
}
GROUP: dict[str, Any] = {
    "name": "g",
    "file": "/etc/prometheus/rules/g.yaml",
    "rules": [RULE],
    "interval": 30,
    "limit": 0,
    "evaluationTime": 0.000358312,
    "lastEvaluation": "2025-11-12T05:29:45.935765889Z",
}
RUNTIME: dict[str, Any] = {
    "startTime": "2025-11-09T08:15:54.691197622Z",
    "CWD": "/prometheus",
    "reloadConfigSuccess": True,
    "lastConfigTime": "2025-11-09T08:15:54Z",
    "corruptionCount": 0,
    "goroutineCount": 29,
    "GOMAXPROCS": 2,
    "GOGC": "75",
    "GODEBUG": "",
    "storageRetention": "15d",
}
ALERTMANAGERS: dict[str, Any] = {
    "activeAlertmanagers": [{"url": "http://10.0.0.9:9093/api/v2/alerts"}],
    "droppedAlertmanagers": [],
}
