-- Plays one scenario in a Neovim without a screen, and writes what it saw as JSON.
-- The scenario runs as a coroutine, so that Neovim's own loop handles keys and messages meanwhile.

local SECONDS = 60

local D = { seen = {} }

local function finish(failure)
  D.seen.failure = failure
  local file = assert(io.open(vim.env.STUDIO_SEEN, 'w'))
  file:write(vim.fn.json_encode(D.seen))
  file:close()
  vim.cmd('qall!')
end

local function step(thread, ...)
  local ok, failure = coroutine.resume(thread, ...)
  if not ok then
    finish(debug.traceback(thread, failure))
  elseif coroutine.status(thread) == 'dead' then
    finish(nil)
  end
end

-- Wait until found() gives a true answer, and give it.
function D.wait(what, found)
  local thread = coroutine.running()
  local deadline = vim.loop.hrtime() + SECONDS * 1e9
  local function look()
    local ok, answer = pcall(found)
    if not ok then
      return finish(what .. ': ' .. answer)
    end
    if answer then
      return step(thread, answer)
    end
    if vim.loop.hrtime() > deadline then
      return finish('not within ' .. SECONDS .. ' s: ' .. what .. '\n' .. vim.inspect(D.state()))
    end
    vim.defer_fn(look, 20)
  end
  vim.defer_fn(look, 0)
  return coroutine.yield()
end

-- What is known when something did not happen.
function D.state()
  return {
    diagnostics = vim.diagnostic.get(),
    messages = vim.api.nvim_exec('messages', true),
    lines = vim.api.nvim_buf_get_lines(0, 0, -1, false),
    windows = #vim.api.nvim_list_wins(),
  }
end

function D.client()
  return require('studio').client(vim.api.nvim_get_current_buf())
end

-- Our diagnostics of the current buffer, as plain tables in the order of their lines.
function D.diagnostics()
  local found = {}
  for _, it in ipairs(vim.diagnostic.get(0)) do
    if it.source == 'studio' then
      local code = it.code or (it.user_data and it.user_data.lsp and it.user_data.lsp.code)
      table.insert(found, {
        line = it.lnum,
        col = it.col,
        end_line = it.end_lnum,
        end_col = it.end_col,
        severity = it.severity,
        code = code,
        message = it.message,
      })
    end
  end
  table.sort(found, function(a, b)
    return a.line < b.line
  end)
  return found
end

function D.wait_for_diagnostics(count)
  return D.wait(count .. ' diagnostics', function()
    local found = D.diagnostics()
    return #found == count and found
  end)
end

-- Let the code action with this title run at a line, by the way a user has: choose it in the list.
function D.act(title, line)
  vim.api.nvim_win_set_cursor(0, { line + 1, 0 })
  local titles = nil
  local select = vim.ui.select
  vim.ui.select = function(items, options, choose)
    titles = {}
    vim.ui.select = select
    for index, item in ipairs(items) do
      local shown = options.format_item(item):gsub('%s*%[studio%]$', '')
      table.insert(titles, shown)
      if shown == title then
        choose(item, index)
      end
    end
  end
  vim.lsp.buf.code_action()
  D.wait('the code actions', function()
    return titles
  end)
  if not vim.tbl_contains(titles, title) then
    error(title .. ' is not among ' .. vim.inspect(titles))
  end
  return titles
end

function D.lines(bufnr)
  return vim.api.nvim_buf_get_lines(bufnr or 0, 0, -1, false)
end

-- Run git studio from outside, as somebody in another terminal would.
function D.studio(words)
  local said = vim.fn.system(vim.list_extend({ 'git-studio' }, words))
  if vim.v.shell_error ~= 0 then
    error(said)
  end
  return said
end

vim.defer_fn(function()
  step(coroutine.create(function()
    local play = assert(loadfile(vim.env.STUDIO_SCENARIO))
    play(D)
  end))
end, 0)
