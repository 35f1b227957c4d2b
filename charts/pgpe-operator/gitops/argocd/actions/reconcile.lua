-- Asks for a look at Azure now. The time comes back in status.lastHandledReconcileAt.
local annotations = obj.metadata.annotations or {}
annotations["pgpe.dev/reconcile-requested-at"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
obj.metadata.annotations = annotations
return obj
