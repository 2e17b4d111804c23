-- A real second editor: starts the language server on the file given, and prints what it shows of it as JSON.
-- nvim --headless --clean -l is newer than Debian's Neovim, so: nvim --headless --clean FILE -S neovim.lua
local lsp, api = vim.lsp, vim.api
local buffer = api.nvim_get_current_buf()

local client = lsp.start_client({
  name = 'initscope',
  cmd = vim.split(vim.env.INITSCOPE_LSP, '\n'),
  root_dir = vim.fn.getcwd(),
})
lsp.buf_attach_client(buffer, client)

local function request(method, params)
  local answers = lsp.buf_request_sync(buffer, method, params, 10000) or {}
  return answers[client] and answers[client].result or vim.NIL
end

local function position_of(text)
  for number, line in ipairs(api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      return { line = number - 1, character = column - 1 }
    end
  end
end

vim.wait(20000, function()
  return #vim.diagnostic.get(buffer) > 0
end, 50)

local document = { uri = vim.uri_from_bufnr(buffer) }
local diagnostics = vim.diagnostic.get(buffer)
local first = diagnostics[1]
local range = first and { start = { line = first.lnum, character = first.col }, ['end'] = { line = first.end_lnum, character = first.end_col } }
local actions = range and request('textDocument/codeAction', { textDocument = document, range = range, context = { diagnostics = {} } })
local hover = request('textDocument/hover', { textDocument = document, position = position_of('nn.Linear(width, num_classes)') })

local report = {
  diagnostics = vim.tbl_map(function(found)
    return { line = found.lnum, code = found.code, message = found.message, source = found.source }
  end, diagnostics),
  actions = actions or {},
  hover = hover,
}

-- The fix is applied as the editor does it, and the diagnostics that follow are awaited.
if type(actions) == 'table' and actions[1] then
  lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
  report.cleared = vim.wait(20000, function()
    return #vim.diagnostic.get(buffer) == 0
  end, 50)
  report.text = table.concat(api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

io.stdout:write('\nREPORT ' .. vim.json.encode(report) .. '\n')
vim.cmd('qa!')
