"""Drives a library against a peer that fails and compares what it raises with its knowledge file.

For those who keep knowledge files, and for the tests; the language server and `hangup check` never import it.
"""
