-- Health of PostgresPrivateEndpoint and EndpointConnectionDecision for Argo CD. Both follow kstatus: Ready sums up,
-- Stalled says that only a person helps, and each condition carries the generation that it speaks of.
--
-- Waiting for a person's approval is Suspended, as a Rollout that waits is: not failed, and not done.

local status = obj.status or {}
local generation = obj.metadata.generation

if status.observedGeneration == nil or status.observedGeneration ~= generation then
  return { status = "Progressing", message = "Waiting for the operator to see this version." }
end

local ready
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    return { status = "Degraded", message = condition.message }
  end
  if condition.type == "Ready" and condition.observedGeneration == generation then
    ready = condition
  end
end

if ready == nil then
  return { status = "Progressing", message = "Waiting for the operator to judge this version." }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
if ready.reason == "PendingApproval" then
  return { status = "Suspended", message = ready.message }
end
return { status = "Progressing", message = ready.message }
