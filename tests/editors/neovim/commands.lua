local D = ...
local told = {}
vim.notify = function(text)
  table.insert(told, text)
end
D.wait_for_diagnostics(2)
vim.cmd('StudioStatus')
D.seen.status = D.wait('the status', function()
  return told[1]
end)
vim.cmd('6StudioDecision')
D.wait('the decision', function()
  return told[2]
end)
vim.cmd('StudioAccept')
D.wait_for_diagnostics(0)
vim.cmd('StudioUndo')
D.wait_for_diagnostics(2)
