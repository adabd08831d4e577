{{- /* What all paths begin with; by default that is the path of the external address. */ -}}
{{- define "conformance.prefix" -}}
{{- default (urlParse .Values.web.externalUrl).path .Values.web.routePrefix | trimSuffix "/" -}}
{{- end -}}

{{- /* An endpoint of a ServiceMonitor or PodMonitor; a dict with monitor and root. */ -}}
{{- define "conformance.endpoint" -}}
{{- $monitor := .monitor -}}
{{- $endpoint := dict "port" "http" "path" (printf "%s%s" (include "conformance.prefix" .root) .root.Values.web.telemetryPath) "scheme" $monitor.scheme "honorLabels" $monitor.honorLabels -}}
{{- range $key := list "interval" "scrapeTimeout" "relabelings" "metricRelabelings" "relabelConfigs" "metricRelabelConfigs" "tlsConfig" "basicAuth" -}}
{{- with index $monitor $key }}{{ $_ := set $endpoint $key . }}{{ end -}}
{{- end -}}
{{- toYaml $endpoint -}}
{{- end -}}

{{- /* What a ServiceMonitor or PodMonitor says beside selector and endpoints; a dict with monitor. */ -}}
{{- define "conformance.monitorSpec" -}}
{{- $spec := dict -}}
{{- range $key := list "scrapeProtocols" "fallbackScrapeProtocol" "scrapeClass" -}}
{{- with index $.monitor $key }}{{ $_ := set $spec $key . }}{{ end -}}
{{- end -}}
{{- with .monitor.sampleLimit }}{{ $_ := set $spec "sampleLimit" (int64 .) }}{{ end -}}
{{- with $spec }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /* The metadata of either. */ -}}
{{- define "conformance.monitorMetadata" -}}
{{- $labels := fromYaml (include "conformance.monitoringLabels" .) -}}
{{ include "conformance.metadata" (dict "root" .root "labels" $labels) }}
{{- end -}}
