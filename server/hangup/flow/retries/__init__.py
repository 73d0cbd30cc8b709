"""Trying again: which calls, on which errors, how often, after what wait, and what comes out in the end."""
