{{/* The operator's flags: a row of files/settings.yaml for each, its value at the row's place in the values. */}}
{{- define "pgpe.arguments" -}}
{{- $arguments := list (printf "--health-port=%v" .Values.metrics.port) (printf "--lease-name=%s" (include "pgpe.lease" .)) (printf "--lease-namespace=%s" .Release.Namespace) -}}
{{- $root := . -}}
{{- range (index (.Files.Get "files/settings.yaml" | fromYaml) "settings") -}}
{{- $value := $root.Values -}}
{{- range splitList "." .place -}}
{{- $value = index (default dict $value) . -}}
{{- end -}}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end -}}
{{- if and (not (kindIs "invalid" $value)) (ne (toString $value) "") -}}
{{- $arguments = append $arguments (printf "--%s=%v" .flag $value) -}}
{{- end -}}
{{- end -}}
{{- toYaml $arguments -}}
{{- end -}}
