-- The configuration of the Neovim that the tests drive, as a user would write it.
vim.opt.runtimepath:prepend(vim.env.STUDIO_PLUGIN)
vim.opt.swapfile = false
require('studio').setup({ cmd = { vim.env.STUDIO_SERVER } })
