-- Stops writes to Azure for this object. With automated sync Git says otherwise and wins.
obj.spec.suspend = true
return obj
