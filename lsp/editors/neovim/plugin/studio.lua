if vim.g.loaded_studio then
  return
end
vim.g.loaded_studio = true

require('studio.commands').define()

vim.api.nvim_create_autocmd('BufReadCmd', {
  group = vim.api.nvim_create_augroup('studio_documents', { clear = true }),
  pattern = { 'studio:/*', '*/studio:/*' },
  callback = function(event)
    require('studio.documents').read(event.buf)
  end,
})
