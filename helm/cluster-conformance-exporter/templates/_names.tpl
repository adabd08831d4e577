{{- define "conformance.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains .Release.Name $name -}}
{{- $name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "conformance.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- /* An object's metadata; a dict with root, and what it has beside the usual: name, namespace ("-" for
none), labels, annotations. */ -}}
{{- define "conformance.metadata" -}}
{{- $root := .root -}}
name: {{ default (include "conformance.fullname" $root) .name }}
{{- if ne (default "" .namespace) "-" }}
namespace: {{ default (include "conformance.namespace" $root) .namespace }}
{{- end }}
labels:
  {{- toYaml (merge (deepCopy (default dict .labels)) (fromYaml (include "conformance.labels" $root))) | nindent 2 }}
{{- with merge (deepCopy (default dict .annotations)) (deepCopy $root.Values.commonAnnotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "conformance.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "conformance.labels" -}}
{{ include "conformance.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Labels of what the Prometheus operator selects; own ones come as a dict. */ -}}
{{- define "conformance.monitoringLabels" -}}
{{- $labels := fromYaml (include "conformance.labels" .root) -}}
{{- with .root.Values.kubePrometheusStack.release -}}
{{- $_ := set $labels "release" . -}}
{{- end -}}
{{- toYaml (merge (deepCopy .own) $labels) -}}
{{- end -}}

{{- define "conformance.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "conformance.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* An image's whole reference, of a dict with image, tag and global; the registry of global counts. */ -}}
{{- define "conformance.image" -}}
{{- $path := .image.repository -}}
{{- with default .image.registry (default dict .global).imageRegistry }}{{ $path = printf "%s/%s" (trimSuffix "/" .) $path }}{{ end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $path .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $path (default .tag .image.tag) -}}
{{- end -}}
{{- end -}}
