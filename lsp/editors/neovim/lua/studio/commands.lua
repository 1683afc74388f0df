-- The server's commands as commands of Neovim's.

local M = {}

local COMMANDS = {
  StudioAccept = { 'studio.acceptIntoStudio', 'Accept this file into Studio' },
  StudioUse = { 'studio.useStudioVersion', "Use Studio's version of this file" },
  StudioMerge = { 'studio.mergeBoth', "Merge this file and Studio's version" },
  StudioDismiss = { 'studio.dismiss', 'Dismiss the drift of this file' },
  StudioCompare = { 'studio.compare', "Compare this file with Studio's version" },
  StudioUndo = { 'studio.undo', 'Undo the last resolution' },
  StudioTrack = { 'studio.track', 'Track this file in Studio' },
  StudioUntrack = { 'studio.untrack', 'Untrack this file' },
  StudioStatus = { 'studio.status', 'Say how this file and Studio stand' },
  StudioInsertSkill = { 'studio.insertSkill', 'Insert a skill reference', name = true },
}
local WHOLE = {
  StudioSync = { 'studio.syncContext', 'Bring every unambiguous context file in step' },
  StudioSession = { 'studio.openSession', 'Open a session', id = true },
  StudioDashboard = { 'studio.openDashboard', 'Open the dashboard' },
  StudioDebug = { 'studio.debugInformation', 'Show what a report of a fault needs' },
}
local RANGED = {
  StudioDecision = { 'studio.recordDecision', 'Record a decision from the lines' },
  StudioLearning = { 'studio.recordLearning', 'Record a learning from the lines' },
  StudioQuestion = { 'studio.recordQuestion', 'Record an open question from the lines' },
}

local function tell(result)
  if type(result) ~= 'table' then
    return
  end
  if result.left and result.right then
    require('studio.documents').compare(result)
  elseif result.message and result.message ~= '' then
    -- One line: the whole of a longer text is in a document.
    vim.notify(result.message:match('[^\n# ][^\n]*'))
  end
end

-- Run one of the server's commands. argument is its one object; a comparison that it answers
-- is opened, and a message shown.
function M.run(command, argument, bufnr)
  local params = { command = command, arguments = { argument or vim.empty_dict() } }
  require('studio').request('workspace/executeCommand', params, bufnr or 0, tell)
end

local function here()
  return { uri = vim.uri_from_bufnr(0) }
end

local function whole_lines(first, last)
  return { start = { line = first - 1, character = 0 }, ['end'] = { line = last, character = 0 } }
end

-- Define the commands, and answer what lenses and code actions hand to the client.
function M.define()
  local function add(name, entry, argument, options)
    options.desc = entry[2]
    vim.api.nvim_create_user_command(name, function(call)
      M.run(entry[1], argument(call), vim.api.nvim_get_current_buf())
    end, options)
  end
  for name, entry in pairs(COMMANDS) do
    add(name, entry, function(call)
      local argument = here()
      argument.name = call.args ~= '' and call.args or nil
      return argument
    end, { nargs = entry.name and '?' or 0 })
  end
  for name, entry in pairs(WHOLE) do
    add(name, entry, function(call)
      return call.args ~= '' and { id = call.args } or nil
    end, { nargs = entry.id and '?' or 0 })
  end
  for name, entry in pairs(RANGED) do
    add(name, entry, function(call)
      local argument = here()
      argument.range = whole_lines(call.line1, call.line2)
      return argument
    end, { range = true })
  end
  add('StudioWhy', { 'studio.why', 'Say why this line is so' }, function()
    local argument = here()
    argument.line = vim.api.nvim_win_get_cursor(0)[1] - 1
    return argument
  end, {})
  vim.lsp.commands['studio.compare'] = function(command, context)
    M.run(command.command, (command.arguments or {})[1], context and context.bufnr)
  end
end

return M
