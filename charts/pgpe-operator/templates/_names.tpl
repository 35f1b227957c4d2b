{{/* Names and labels that several templates share. */}}

{{- define "pgpe.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "pgpe.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "pgpe.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "pgpe.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "pgpe.selector" -}}
app.kubernetes.io/name: {{ include "pgpe.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "pgpe.labels" -}}
{{ include "pgpe.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "pgpe.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "pgpe.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "pgpe.user" -}}
{{- printf "system:serviceaccount:%s:%s" .Release.Namespace (include "pgpe.account" .) -}}
{{- end -}}

{{- define "pgpe.lease" -}}
{{- include "pgpe.fullname" . -}}
{{- end -}}

{{/* Rules of files/permissions.yaml for some reaches. Call with a dict: root, reaches. */}}
{{- define "pgpe.rules" -}}
{{- $root := .root -}}
{{- $reaches := .reaches -}}
{{- $rules := list -}}
{{- range (index ($root.Files.Get "files/permissions.yaml" | fromYaml) "permissions") -}}
{{- $wanted := has .reach $reaches -}}
{{- if .kind }}{{ $wanted = and $wanted (has .kind $root.Values.kinds) }}{{ end -}}
{{- if eq (default "" .setting) "connectionInfo" }}{{ $wanted = and $wanted $root.Values.connectionInfo }}{{ end -}}
{{- if eq (default "" .unless) "clusterId" }}{{ $wanted = and $wanted (empty $root.Values.clusterId) }}{{ end -}}
{{- if eq (default "" .unless) "allowUngated" }}{{ $wanted = and $wanted (not $root.Values.grants.allowUngated) }}{{ end -}}
{{- if $wanted -}}
{{- $rule := dict "apiGroups" (list .apiGroup) "resources" (list .resource) "verbs" .verbs -}}
{{- if .names -}}
{{- $names := .names -}}
{{- if has "pgpe-azure" .names }}{{ $names = $root.Values.identity.names }}{{ end -}}
{{- if has "pgpe-operator" .names }}{{ $names = list (include "pgpe.lease" $root) }}{{ end -}}
{{- $_ := set $rule "resourceNames" $names -}}
{{- end -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}
