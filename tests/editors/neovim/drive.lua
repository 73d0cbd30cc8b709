-- Does in Neovim what a person does, and writes what came of it as JSON to $HANGUP_RESULT.
-- Each step waits for a state, at most $HANGUP_PATIENCE seconds; the first that does not come ends the run with its name.

local patience = tonumber(vim.env.HANGUP_PATIENCE) * 1000
local result = { steps = {} }

local function finish(failure)
  result.failure = failure
  vim.fn.writefile({ vim.json.encode(result) }, vim.env.HANGUP_RESULT)
  if failure then
    io.stderr:write("FAILED: " .. failure .. "\n")
    vim.cmd("cquit 1")
  end
  vim.cmd("qall!")
end

local function step(name, condition)
  local started = vim.uv.hrtime()
  local ok, reason = pcall(vim.wait, patience, condition, 10)
  if not (ok and reason) then
    finish(name .. (ok and ": it did not come" or ": " .. tostring(reason)))
  end
  table.insert(result.steps, { name = name, milliseconds = (vim.uv.hrtime() - started) / 1e6 })
end

local function text()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function found(code)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == code
  end, vim.diagnostic.get(0))
end

local function place_cursor_on(word)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if vim.fn.search([[\V]] .. word, "cW") == 0 then
    finish("the text has no " .. word)
  end
end

local function shown_in_a_float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    end
  end
end

local function drive()
  step("the server attaches", function()
    return #vim.lsp.get_clients({ bufnr = 0, name = "hangup" }) == 1
  end)
  local client = vim.lsp.get_clients({ bufnr = 0, name = "hangup" })[1]
  result.encoding = client.offset_encoding
  result.root = client.root_dir

  step("the call is underlined", function()
    return #found("HUP101") == 1
  end)
  local finding = found("HUP101")[1]
  result.finding = { line = finding.lnum, from = finding.col, to = finding.end_col, source = finding.source }

  place_cursor_on("ConnectionResetError")
  vim.lsp.buf.hover()
  step("a hover is shown", function()
    return shown_in_a_float() ~= nil
  end)
  result.hover = shown_in_a_float()

  place_cursor_on("requests.get(")
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.isPreferred and action.diagnostics[1].code == "HUP101"
    end,
  })
  local before = text()
  step("the preferred action is applied", function()
    return not vim.deep_equal(text(), before)
  end)
  result.fixed = text()
  step("the finding is gone", function()
    return #found("HUP101") == 0
  end)

  vim.cmd("undo")
  step("the finding is back after undo", function()
    return #found("HUP101") == 1
  end)
  result.undone = text()

  client:stop()
  step("the server ends", function()
    return client:is_stopped()
  end)
end

local ok, reason = pcall(drive)
finish(not ok and tostring(reason) or nil)
