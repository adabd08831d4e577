{{- /* The checkouts, that of the repository first: each with its own git-sync, volume and port. What a
further repository does not say is as for the first. As JSON. */ -}}
{{- define "conformance.checkouts" -}}
{{- $first := omit .Values.gitSync "repositories" -}}
{{- $found := list (mergeOverwrite (deepCopy $first) (dict "suffix" "" "root" "/git" "port" 2020 "global" (default dict .Values.global))) -}}
{{- range $index, $given := .Values.gitSync.repositories -}}
{{- $own := dict "suffix" (printf "-%s" $given.name) "root" (printf "/repositories/%s" $given.name) "port" (add 2021 $index) "global" (default dict $.Values.global) -}}
{{- $found = append $found (mergeOverwrite (deepCopy $first) (dict "ref" "HEAD") (deepCopy $given) $own) -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- /* The flags of git-sync for the first sync and for all later ones, of one checkout. */ -}}
{{- define "conformance.gitSyncArgs" -}}
{{- $auth := .auth -}}
- --repo={{ .repo }}
- --ref={{ .ref }}
- --depth={{ int .depth }}
- --submodules={{ .submodules }}
- --root={{ .root }}
- --link=current
{{- if eq $auth.type "https" }}
- --username={{ $auth.https.username }}
- --password-file=/etc/git-secret{{ .suffix }}/{{ $auth.https.tokenKey }}
{{- else if eq $auth.type "ssh" }}
- --ssh-key-file=/etc/git-secret{{ .suffix }}/{{ $auth.ssh.privateKeyKey }}
- --ssh-known-hosts-file=/etc/git-secret{{ .suffix }}/{{ $auth.ssh.knownHostsKey }}
{{- else if eq $auth.type "githubApp" }}
- --github-app-application-id={{ int64 $auth.githubApp.applicationId }}
- --github-app-installation-id={{ int64 $auth.githubApp.installationId }}
- --github-app-private-key-file=/etc/git-secret{{ .suffix }}/{{ $auth.githubApp.privateKeyKey }}
{{- with $auth.githubApp.baseUrl }}
- --github-base-url={{ . }}
{{- end }}
{{- end }}
{{- range .extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* What all containers of git-sync have; a dict with the checkout, name and flags. */ -}}
{{- define "conformance.gitSyncContainer" -}}
{{- $gitSync := .checkout -}}
name: {{ .name }}
image: {{ include "conformance.image" (dict "image" $gitSync.image "tag" $gitSync.image.tag "global" $gitSync.global) }}
imagePullPolicy: {{ $gitSync.image.pullPolicy }}
args:
  {{- include "conformance.gitSyncArgs" .checkout | nindent 2 }}
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
  - name: git{{ $gitSync.suffix }}
    mountPath: {{ $gitSync.root }}
  - name: git-tmp{{ $gitSync.suffix }}
    mountPath: /tmp
  {{- if ne $gitSync.auth.type "none" }}
  - name: git-secret{{ $gitSync.suffix }}
    mountPath: /etc/git-secret{{ $gitSync.suffix }}
    readOnly: true
  {{- end }}
  {{- with $gitSync.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* The container that keeps a checkout up to date, native or plain. */ -}}
{{- define "conformance.gitSyncSidecar" -}}
{{- $flags := list (printf "--period=%s" .period) "--max-failures=-1" (printf "--http-bind=:%d" (int .port)) -}}
{{ include "conformance.gitSyncContainer" (dict "checkout" . "name" (printf "git-sync%s" .suffix) "flags" $flags) }}
ports:
  - name: {{ ternary "git-sync" (printf "git-sync-%d" (int .port)) (empty .suffix) }}
    containerPort: {{ .port }}
{{- if .native }}
restartPolicy: Always
# It answers 200 once the first checkout is there; only then does the exporter start.
startupProbe:
  httpGet:
    path: /
    port: {{ ternary "git-sync" (printf "git-sync-%d" (int .port)) (empty .suffix) }}
  periodSeconds: 2
  failureThreshold: 150
{{- end }}
{{- end -}}

{{- /* The keys of a checkout's Secret that git-sync may see. */ -}}
{{- define "conformance.gitSecretKeys" -}}
{{- $auth := .auth -}}
{{- if eq $auth.type "https" }}{{ list $auth.https.tokenKey | toJson }}
{{- else if eq $auth.type "ssh" }}{{ list $auth.ssh.privateKeyKey $auth.ssh.knownHostsKey | toJson }}
{{- else }}{{ list $auth.githubApp.privateKeyKey | toJson }}
{{- end -}}
{{- end -}}
