-- What Argo CD offers in an object's menu. Deciding is not among it: Argo CD would act with its own rights, and whoever may
-- press the button would decide who reaches a database.
local suspended = obj.spec ~= nil and obj.spec.suspend == true

return {
  ["reconcile"] = { ["disabled"] = false },
  ["suspend"] = { ["disabled"] = suspended },
  ["resume"] = { ["disabled"] = not suspended },
}
