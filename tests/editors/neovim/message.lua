local D = ...
D.seen.filetype = vim.bo.filetype
D.seen.diagnostics = D.wait('a diagnostic', function()
  local found = D.diagnostics()
  return #found > 0 and found
end)
