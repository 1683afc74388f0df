-- Project Studio in Neovim: starts studio-lsp and gives it what it asks of a client.
-- Neovim 0.11 and newer take the client from lsp/studio.lua; older ones start it in setup().

local M = {}

local MARKERS = { '.studio.toml', '.git' }

-- Settings as in docs/reference; the server has the defaults.
M.settings = {}
M.cmd = { 'studio-lsp' }

-- The folder that the server is told: the nearest one above a file that looks like a project's.
function M.root(path)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  while true do
    for _, marker in ipairs(MARKERS) do
      if vim.loop.fs_stat(folder .. '/' .. marker) then
        return folder
      end
    end
    local above = vim.fn.fnamemodify(folder, ':h')
    if above == folder then
      return nil
    end
    folder = above
  end
end

local function is_file(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return vim.bo[bufnr].buftype == '' and name ~= '' and not name:match('^%a[%w+.-]*:')
end

local function capabilities()
  local made = vim.lsp.protocol.make_client_capabilities()
  made.workspace.textDocumentContent = { dynamicRegistration = true }
  made.window.showDocument = { support = true }
  return made
end

-- The client, as vim.lsp.config and vim.lsp.start_client take it.
function M.config()
  local documents = require('studio.documents')
  local options = vim.deepcopy(M.settings)
  options.client = { comparison = true }
  return {
    name = 'studio',
    cmd = M.cmd,
    root_dir = function(bufnr, found)
      if is_file(bufnr) then
        found(M.root(vim.api.nvim_buf_get_name(bufnr)))
      end
    end,
    init_options = options,
    settings = { studio = vim.deepcopy(M.settings) },
    capabilities = capabilities(),
    handlers = {
      ['window/showDocument'] = documents.show,
      ['workspace/textDocumentContent/refresh'] = documents.refresh,
    },
  }
end

-- The clients of older Neovims by their roots. vim.lsp does not list one before it answered.
local started = {}

local function start_old(bufnr)
  if not is_file(bufnr) then
    return
  end
  local root = M.root(vim.api.nvim_buf_get_name(bufnr))
  local key = root or ''
  if started[key] then
    vim.lsp.buf_attach_client(bufnr, started[key])
    return
  end
  local config = M.config()
  config.root_dir = root
  if root then
    config.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
  end
  config.on_exit = function()
    started[key] = nil
  end
  started[key] = vim.lsp.start_client(config)
  if started[key] then
    vim.lsp.buf_attach_client(bufnr, started[key])
  end
end

-- Start the server for every file. options: settings (as in .studio.toml's [editor], nested),
-- cmd (a list, where studio-lsp is not on the PATH).
function M.setup(options)
  options = options or {}
  M.settings = options.settings or M.settings
  M.cmd = options.cmd or M.cmd
  if vim.lsp.enable then
    vim.lsp.config('studio', M.config())
    vim.lsp.enable('studio')
    return
  end
  local group = vim.api.nvim_create_augroup('studio', { clear = true })
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'FileType' }, {
    group = group,
    callback = function(event)
      start_old(event.buf)
    end,
  })
end

-- A running client of ours, the one of this buffer first; nil where none runs.
function M.client(bufnr)
  local all = vim.lsp.get_clients or vim.lsp.get_active_clients
  local found = nil
  for _, client in pairs(all()) do
    if client.name == 'studio' then
      found = found or client
      if vim.lsp.buf_is_attached(bufnr, client.id) then
        return client
      end
    end
  end
  return found
end

-- Send one request; whatever it answers goes to done(result), and an error to the user.
function M.request(method, params, bufnr, done)
  local client = M.client(bufnr)
  if not client then
    vim.notify('Studio: the server does not run for this file', vim.log.levels.WARN)
    return
  end
  local function answered(err, result)
    if err then
      vim.notify('Studio: ' .. err.message, vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, answered, bufnr)
  else
    client.request(method, params, answered, bufnr)
  end
end

return M
