local D = ...
D.wait('the server', D.client)
local ready = vim.env.STUDIO_READY
assert(io.open(ready, 'w')):close()
D.wait('leave to go', function()
  return not vim.loop.fs_stat(ready)
end)
