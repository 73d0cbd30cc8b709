"""From names to what they mean: modules, functions and classes of the project, and dotted names of libraries.

Reads facts and the knowledge; never a file, never the running Python.
"""
