{{- /* The flags of git-sync for the first sync and for all later ones. */ -}}
{{- define "conformance.gitSyncArgs" -}}
{{- $auth := .Values.gitSync.auth -}}
- --repo={{ .Values.gitSync.repo }}
- --ref={{ .Values.gitSync.ref }}
- --depth={{ int .Values.gitSync.depth }}
- --submodules={{ .Values.gitSync.submodules }}
- --root=/git
- --link=current
{{- if eq $auth.type "https" }}
- --username={{ $auth.https.username }}
- --password-file=/etc/git-secret/{{ $auth.https.tokenKey }}
{{- else if eq $auth.type "ssh" }}
- --ssh-key-file=/etc/git-secret/{{ $auth.ssh.privateKeyKey }}
- --ssh-known-hosts-file=/etc/git-secret/{{ $auth.ssh.knownHostsKey }}
{{- else if eq $auth.type "githubApp" }}
- --github-app-application-id={{ int64 $auth.githubApp.applicationId }}
- --github-app-installation-id={{ int64 $auth.githubApp.installationId }}
- --github-app-private-key-file=/etc/git-secret/{{ $auth.githubApp.privateKeyKey }}
{{- with $auth.githubApp.baseUrl }}
- --github-base-url={{ . }}
{{- end }}
{{- end }}
{{- range .Values.gitSync.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* What all containers of git-sync have; a dict with root, name and flags. */ -}}
{{- define "conformance.gitSyncContainer" -}}
{{- $gitSync := .root.Values.gitSync -}}
name: {{ .name }}
image: {{ include "conformance.image" (dict "image" $gitSync.image "tag" $gitSync.image.tag) }}
imagePullPolicy: {{ $gitSync.image.pullPolicy }}
args:
  {{- include "conformance.gitSyncArgs" .root | nindent 2 }}
  {{- range .flags }}
  - {{ . }}
  {{- end }}
{{- with $gitSync.extraEnv }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $gitSync.resources | nindent 2 }}
securityContext:
  {{- toYaml $gitSync.securityContext | nindent 2 }}
volumeMounts:
  - name: git
    mountPath: /git
  - name: git-tmp
    mountPath: /tmp
  {{- if ne $gitSync.auth.type "none" }}
  - name: git-secret
    mountPath: /etc/git-secret
    readOnly: true
  {{- end }}
  {{- with $gitSync.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* The container that keeps the checkout up to date, native or plain. */ -}}
{{- define "conformance.gitSyncSidecar" -}}
{{- $flags := list (printf "--period=%s" .Values.gitSync.period) "--max-failures=-1" "--http-bind=:2020" -}}
{{ include "conformance.gitSyncContainer" (dict "root" . "name" "git-sync" "flags" $flags) }}
ports:
  - name: git-sync
    containerPort: 2020
{{- if .Values.gitSync.native }}
restartPolicy: Always
# It answers 200 once the first checkout is there; only then does the exporter start.
startupProbe:
  httpGet:
    path: /
    port: git-sync
  periodSeconds: 2
  failureThreshold: 150
{{- end }}
{{- end -}}

{{- /* The keys of the Secret that git-sync may see. */ -}}
{{- define "conformance.gitSecretKeys" -}}
{{- $auth := .Values.gitSync.auth -}}
{{- if eq $auth.type "https" }}{{ list $auth.https.tokenKey | toJson }}
{{- else if eq $auth.type "ssh" }}{{ list $auth.ssh.privateKeyKey $auth.ssh.knownHostsKey | toJson }}
{{- else }}{{ list $auth.githubApp.privateKeyKey | toJson }}
{{- end -}}
{{- end -}}
