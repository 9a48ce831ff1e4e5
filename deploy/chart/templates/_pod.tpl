{{/* What the pods of all servers share. Each is called with (dict "root" $ "server" "NAME"). */}}

{{- define "modconsole.name" -}}
{{ .root.Release.Name }}-{{ .server }}
{{- end }}

{{- define "modconsole.selector" -}}
app.kubernetes.io/name: modconsole
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .server }}
{{- end }}

{{- define "modconsole.labels" -}}
{{ include "modconsole.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "modconsole.image" -}}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- end }}

{{- define "modconsole.podSecurity" -}}
automountServiceAccountToken: false
# Otherwise the Services' names become variables such as MODCONSOLE_API_PORT, which are settings.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  # Secrets and a claim are readable for this group.
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "modconsole.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "modconsole.env" -}}
{{- $more := ternary "&" "?" (contains "?" .root.Values.state.url) }}
- {name: MODCONSOLE_STATE_URL, value: "{{ .root.Values.state.url }}{{ $more }}passfile=/run/own/pgpass"}
# A volume belongs to root; the folder in it belongs to the server's account, which closes it.
- {name: MODCONSOLE_HOME, value: /data/home}
- {name: MODCONSOLE_PUBLIC_URL, value: {{ .root.Values.lookup.publicUrl | quote }}}
{{- range $name, $value := .root.Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* The files of a secret can be read by the pod's group, and libpq ignores such a file of passwords. So
a copy is made in memory that only the server's account can read. */}}
{{- define "modconsole.ownSecrets" -}}
- name: own-secrets
  {{- include "modconsole.image" . | nindent 2 }}
  {{- include "modconsole.containerSecurity" . | nindent 2 }}
  command: [sh, -euc]
  args:
    - |
      install --directory --mode=0700 /data/home
      install --mode=0600 /run/secrets/state/pgpass /run/own/pgpass
      {{- if eq .server "api" }}
      install --directory --mode=0700 /data/home/api-keys
      install --mode=0600 /run/secrets/api-keys/*.json /data/home/api-keys
      {{- end }}
      {{- if eq (include "modconsole.readsJobs" .) "yes" }}
      install --mode=0600 /run/jobs/jobs.toml /data/home/jobs.toml
      {{- end }}
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {memory: 64Mi}
  volumeMounts:
    - {name: home, mountPath: /data}
    - {name: own, mountPath: /run/own}
    - {name: state-secret, mountPath: /run/secrets/state, readOnly: true}
    {{- if eq .server "api" }}
    - {name: api-keys, mountPath: /run/secrets/api-keys, readOnly: true}
    {{- end }}
    {{- if eq (include "modconsole.readsJobs" .) "yes" }}
    - {name: jobs, mountPath: /run/jobs, readOnly: true}
    {{- end }}
{{- end }}

{{- define "modconsole.mounts" -}}
- {name: home, mountPath: /data}
- {name: own, mountPath: /run/own}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* The scheduler runs the jobs, a page of the console shows them. */}}
{{- define "modconsole.readsJobs" -}}
{{- if and .root.Values.scheduler.jobs (has .server (list "console" "scheduler")) }}yes{{ end }}
{{- end }}

{{- define "modconsole.volumes" -}}
- name: home
  {{- if and .root.Values.homeClaim (ne .server "migrate") }}
  persistentVolumeClaim: {claimName: {{ .root.Values.homeClaim }}}
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: own
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
- name: tmp
  emptyDir: {}
- name: state-secret
  secret: {secretName: {{ .root.Values.state.passwordSecret }}}
{{- if eq .server "api" }}
- name: api-keys
  secret: {secretName: {{ .root.Values.apiKeysSecret }}}
{{- end }}
{{- if eq (include "modconsole.readsJobs" .) "yes" }}
- name: jobs
  configMap: {name: {{ .root.Release.Name }}-jobs}
{{- end }}
{{- end }}
