-- Asks for a resolution, says so, and leaves what comes then to whoever kills this editor.
local D = ...
D.wait_for_diagnostics(2)
local ready = vim.env.STUDIO_READY
D.act(vim.env.STUDIO_ACTION, 4)
assert(io.open(ready, 'w')):close()
D.wait('the end', function()
  return false
end)
