local D = ...
local told = ''
vim.notify = function(text)
  told = told .. text .. '\n'
end
local function wait_for(words)
  D.wait(words, function()
    return told:match(words)
  end)
end

D.wait_for_diagnostics(2)
vim.cmd('StudioStatus')
wait_for('differ')
D.seen.status = told
vim.cmd('6StudioDecision')
wait_for('Recorded')
vim.cmd('StudioAccept')
D.wait_for_diagnostics(0)
vim.cmd('StudioUndo')
D.wait_for_diagnostics(2)
vim.cmd('StudioUse')
wait_for('version taken')
D.wait_for_diagnostics(0)
D.seen.used = D.lines()
vim.cmd('StudioUndo')
D.wait_for_diagnostics(2)
