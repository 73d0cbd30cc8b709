"""What is installed for the programs of a workspace: which environment, which versions, and what their source tells.

Files are read as text; no interpreter is started and nothing is imported.
"""
