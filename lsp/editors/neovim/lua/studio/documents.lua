-- Documents that the server has and no file holds: Studio's side, the base, a session.
-- The server calls them studio:/…; their buffers are called studio:///…, because Vim takes
-- a name without a double slash for a file in the current folder.

local M = {}

local function uri_of(name)
  local path = name:match('studio:/+(.*)$')
  return path and 'studio:/' .. path
end

local function name_of(uri)
  local path = uri:match('^studio:/+(.*)$')
  return path and 'studio:///' .. path or vim.uri_to_fname(uri)
end

local function fill(bufnr, text)
  if not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split((text:gsub('\n$', '')), '\n'))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

-- Fill a buffer with the document that its name stands for; done() is called afterwards.
function M.read(bufnr, done)
  local uri = uri_of(vim.api.nvim_buf_get_name(bufnr))
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].filetype = 'markdown'
  require('studio').request('workspace/textDocumentContent', { uri = uri }, bufnr, function(result)
    fill(bufnr, result.text)
    if done then
      done()
    end
  end)
end

-- The buffer of a URI of any scheme, loaded.
function M.buffer(uri)
  local bufnr = vim.fn.bufadd(name_of(uri))
  vim.fn.bufload(bufnr)
  vim.bo[bufnr].buflisted = true
  return bufnr
end

-- Handler of workspace/textDocumentContent/refresh.
function M.refresh(_, params)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      local uri = uri_of(vim.api.nvim_buf_get_name(bufnr))
      if uri and uri == params.uri then
        M.read(bufnr)
      end
    end
  end
  return vim.NIL
end

local function open_outside(uri)
  if vim.ui.open then
    return vim.ui.open(uri) ~= nil
  end
  return false
end

-- Handler of window/showDocument, also for documents that are no files.
function M.show(_, params)
  if params.external then
    return { success = open_outside(params.uri) }
  end
  vim.cmd('split')
  vim.api.nvim_win_set_buf(0, M.buffer(params.uri))
  if params.selection then
    local start = params.selection.start
    local last = vim.api.nvim_buf_line_count(0)
    vim.api.nvim_win_set_cursor(0, { math.min(start.line + 1, last), 0 })
  end
  if params.takeFocus == false then
    vim.cmd('wincmd p')
  end
  return { success = true }
end

-- Two documents side by side in diff mode: left in a new window, right where it is shown already.
function M.compare(result)
  local right = M.buffer(result.right)
  local window = vim.fn.bufwinid(right)
  if window == -1 then
    vim.cmd('split')
    vim.api.nvim_win_set_buf(0, right)
  else
    vim.api.nvim_set_current_win(window)
  end
  vim.cmd('diffthis')
  vim.cmd('leftabove vsplit')
  vim.api.nvim_win_set_buf(0, M.buffer(result.left))
  vim.cmd('diffthis')
  vim.bo.modifiable = false
  vim.cmd('wincmd p')
  vim.api.nvim_echo({ { result.title } }, false, {})
end

return M
