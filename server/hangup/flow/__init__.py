"""Which network errors leave which function, where they are stopped, and where they end the program.

Works on resolved names and the knowledge; says nothing about severity, wording or editors.
"""
