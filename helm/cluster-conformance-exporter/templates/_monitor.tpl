{{- /* What all paths begin with; by default that is the path of the external address. */ -}}
{{- define "conformance.prefix" -}}
{{- default (urlParse .Values.web.externalUrl).path .Values.web.routePrefix | trimSuffix "/" -}}
{{- end -}}

{{- /* An endpoint of a ServiceMonitor or PodMonitor; a dict with monitor and root. */ -}}
{{- define "conformance.endpoint" -}}
{{- $monitor := .monitor -}}
{{- $endpoint := dict "port" "http" "path" (printf "%s%s" (include "conformance.prefix" .root) .root.Values.web.telemetryPath) "scheme" $monitor.scheme "honorLabels" $monitor.honorLabels -}}
{{- range $key := list "interval" "scrapeTimeout" "relabelings" "metricRelabelings" "tlsConfig" "basicAuth" -}}
{{- with index $monitor $key }}{{ $_ := set $endpoint $key . }}{{ end -}}
{{- end -}}
{{- toYaml $endpoint -}}
{{- end -}}

{{- /* The metadata of either. */ -}}
{{- define "conformance.monitorMetadata" -}}
name: {{ include "conformance.fullname" .root }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "conformance.monitoringLabels" (dict "root" .root "own" .own) | nindent 2 }}
{{- end -}}
