local D = ...
D.wait_for_diagnostics(2)
vim.api.nvim_buf_set_lines(0, 4, 5, false, { '🚀 Use tabs everywhere, dear 👩‍💻.' })
D.seen.one = D.wait_for_diagnostics(1)
vim.api.nvim_buf_set_lines(0, 4, 5, false, { '🚀 Use nothing.' })
D.wait_for_diagnostics(2)
vim.api.nvim_buf_set_lines(0, 9, 10, false, { 'Run everything 🏃 before each commit.' })
D.seen.three = D.wait_for_diagnostics(3)
