"""Text, lines, positions, the parse tree and text edits. Knows nothing of networks, rules or editors.

An offset, here and on every floor above, is a byte offset into the UTF-8 form of the text.
"""
