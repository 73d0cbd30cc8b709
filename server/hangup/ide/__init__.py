"""What an editor asks, answered in plain data: offsets, strings, edits. No protocol types."""
