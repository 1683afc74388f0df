local D = ...
D.wait_for_diagnostics(2)
vim.cmd('StudioCompare')
D.wait('the comparison', function()
  local windows = vim.api.nvim_list_wins()
  return #windows == 2 and #D.lines(vim.api.nvim_win_get_buf(windows[1])) > 1
end)
local windows = vim.api.nvim_list_wins()
local left, right = vim.api.nvim_win_get_buf(windows[1]), vim.api.nvim_win_get_buf(windows[2])
D.seen.windows = #windows
D.seen.diff = { vim.wo[windows[1]].diff, vim.wo[windows[2]].diff }
D.seen.left = D.lines(left)
D.seen.right = D.lines(right)
D.seen.name = vim.api.nvim_buf_get_name(left)

local file = vim.fn.glob(vim.env.STUDIO_HOME .. '/projects/*/context/claude.md')
local changed = assert(io.open(file, 'a'))
changed:write('Written elsewhere.\n')
changed:close()
D.seen.refreshed = D.wait('the comparison anew', function()
  local lines = D.lines(left)
  return lines[#lines] == 'Written elsewhere.' and lines
end)
