local D = ...
D.seen.before = D.wait_for_diagnostics(1)
D.act("Use Studio's version", 2)
D.wait_for_diagnostics(0)
D.seen.lines = D.lines()
vim.cmd('silent write')
