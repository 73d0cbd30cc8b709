-- ~/.config/nvim/lsp/hangup.lua (Neovim 0.11); then vim.lsp.enable("hangup") in init.lua
return {
  cmd = { "hangup", "serve" },
  filetypes = { "python" },
  root_markers = { "hangup.toml", "pyproject.toml", ".git" },
}
