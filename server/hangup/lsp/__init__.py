"""The language server: the only package that imports pygls and lsprotocol. It decides nothing about Python programs."""
