local D = ...
D.wait_for_diagnostics(2)

local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return window
    end
  end
end

D.seen.before = D.lines()[14]
vim.api.nvim_win_set_cursor(0, { 14, 10 })
vim.lsp.buf.hover()
local window = D.wait('the hover', floating)
D.seen.hover = D.lines(vim.api.nvim_win_get_buf(window))
vim.api.nvim_win_close(window, true)

vim.bo.omnifunc = 'v:lua.vim.lsp.omnifunc'
vim.o.completeopt = 'menu,menuone'
vim.api.nvim_input('GoSee python-a<C-x><C-o>')
D.seen.offered = D.wait('the completion', function()
  local info = vim.fn.complete_info({ 'items' })
  return vim.fn.pumvisible() == 1 and #info.items > 0 and info.items
end)
vim.api.nvim_input('<C-y><Esc>')
D.wait('the end of the completion', function()
  return vim.api.nvim_get_mode().mode == 'n'
end)
D.seen.line = vim.api.nvim_get_current_line()
