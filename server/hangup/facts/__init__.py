"""What one module says, as plain data: units, calls, bindings, handlers. Pure: text in, facts out.

Nothing here resolves a name or knows a library; a fact that needs another module to be understood is left as written.
"""
