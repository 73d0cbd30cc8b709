"""The `hangup` command. Imports no protocol types: `serve` is loaded only when it is asked for."""
