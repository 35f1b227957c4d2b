-- Lets the operator write to Azure again.
obj.spec.suspend = false
return obj
