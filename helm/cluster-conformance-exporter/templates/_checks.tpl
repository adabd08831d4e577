{{- /* What a schema cannot say: values that need each other. */ -}}
{{- define "conformance.checks" -}}
{{- $gitSync := .Values.gitSync -}}
{{- if not (or .Values.image.registry (default dict .Values.global).imageRegistry) }}{{ fail "image.registry is empty, and no registry has the image: build it, push it to yours, and name that registry (docker.io/library for an image that was loaded into the nodes)" }}{{ end -}}
{{- $observed := default dict .Values.settings.observed -}}
{{- if and $observed.snapshot (kindIs "map" $observed.kubernetes) }}{{ fail "settings.observed.snapshot is set, and Helm keeps the default settings.observed.kubernetes beside it: set settings.observed.kubernetes to null" }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}{{ fail "ingress.hosts is empty: name the host by which people reach the status page" }}{{ end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}{{ fail "httpRoute.parentRefs is empty: name the Gateway, as [{name: gateway, namespace: ingress}]" }}{{ end -}}
{{- if $gitSync.enabled -}}
{{- if not $gitSync.repo }}{{ fail "gitSync.repo is empty: set it to the address of the repository that declares the cluster, or gitSync.enabled to false and repository.volume to a volume that holds it" }}{{ end -}}
{{- if regexMatch "^https?://[^/]*@" $gitSync.repo }}{{ fail "gitSync.repo holds a user or password: put the token into a Secret, see gitSync.auth" }}{{ end -}}
{{- if and (ne $gitSync.auth.type "none") (not $gitSync.auth.existingSecret) }}{{ fail (printf "gitSync.auth.existingSecret is empty: gitSync.auth.type %s needs a Secret" $gitSync.auth.type) }}{{ end -}}
{{- if and (eq $gitSync.auth.type "githubApp") (or (not $gitSync.auth.githubApp.applicationId) (not $gitSync.auth.githubApp.installationId)) }}{{ fail "gitSync.auth.githubApp needs applicationId and installationId" }}{{ end -}}
{{- if and $gitSync.native (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) }}{{ fail (printf "Kubernetes %s has no native sidecars, which are on by default from 1.29: the pod would never start. Set gitSync.native to false" .Capabilities.KubeVersion.Version) }}{{ end -}}
{{- $names := list -}}
{{- range $gitSync.repositories -}}
{{- if has .name $names }}{{ fail (printf "gitSync.repositories has two of the name %s" .name) }}{{ end -}}
{{- $names = append $names .name -}}
{{- if regexMatch "^https?://[^/]*@" (printf "%s" .repo) }}{{ fail (printf "gitSync.repositories: the repo of %s holds a user or password: put the token into a Secret, see gitSync.auth" .name) }}{{ end -}}
{{- end -}}
{{- range include "conformance.checkouts" . | fromJsonArray | rest -}}
{{- if and (ne .auth.type "none") (not .auth.existingSecret) }}{{ fail (printf "gitSync.repositories: auth.existingSecret of %s is empty: auth.type %s needs a Secret" .name .auth.type) }}{{ end -}}
{{- end -}}
{{- if and $gitSync.repositories .Values.existingSettings.configMap }}{{ fail "gitSync.repositories is for settings of these values; with existingSettings, name /repositories/NAME/current in its declared.repositories" }}{{ end -}}
{{- else if $gitSync.repositories }}{{ fail "gitSync.repositories needs gitSync.enabled" }}
{{- else if not .Values.repository.volume -}}
{{- fail "gitSync.enabled is false and repository.volume is empty: the exporter has no repository to read" -}}
{{- end -}}
{{- if and (eq .Values.rbac.scope "namespace") (not .Values.rbac.namespaces) }}{{ fail "rbac.scope is namespace, but rbac.namespaces is empty: name all namespaces that anything is declared in, and Argo CD's own" }}{{ end -}}
{{- $own := (default dict (default dict .Values.settings.observed).kubernetes).namespaces -}}
{{- if and (eq .Values.rbac.scope "namespace") $own (ne (sortAlpha $own | join " ") (sortAlpha .Values.rbac.namespaces | join " ")) }}{{ fail "settings.observed.kubernetes.namespaces and rbac.namespaces differ: leave out the former" }}{{ end -}}
{{- if and .Values.victoriaMetrics.serviceScrape.enabled (or .Values.serviceMonitor.enabled .Values.podMonitor.enabled) }}{{ fail "victoriaMetrics.serviceScrape is enabled beside serviceMonitor or podMonitor, which VictoriaMetrics' operator converts, too: every pod would be scraped twice. Disable one" }}{{ end -}}
{{- if and .Values.victoriaMetrics.rule.enabled .Values.prometheusRule.enabled }}{{ fail "victoriaMetrics.rule and prometheusRule are both enabled: every alert would fire twice. Disable one" }}{{ end -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}{{ fail "serviceMonitor and podMonitor are both enabled: every pod would be scraped twice" }}{{ end -}}
{{- range $name, $credentials := .Values.credentials }}{{ if $credentials.existingSecret -}}
{{- if $.Values.existingSettings.configMap }}{{ fail (printf "credentials.%s is for settings of these values; with existingSettings, mount the Secret by extraVolumes" $name) }}{{ end -}}
{{- if not (index (default dict $.Values.settings.observed) $name) }}{{ fail (printf "credentials.%s has a Secret, but settings.observed.%s is not set" $name $name) }}{{ end -}}
{{- if not (or $credentials.tokenKey $credentials.passwordKey $credentials.caKey) }}{{ fail (printf "credentials.%s names no key of its Secret: set tokenKey, passwordKey or caKey" $name) }}{{ end -}}
{{- if ne (empty $credentials.username) (empty $credentials.passwordKey) }}{{ fail (printf "credentials.%s: username and passwordKey need each other" $name) }}{{ end -}}
{{- end }}{{ end -}}
{{- end -}}
