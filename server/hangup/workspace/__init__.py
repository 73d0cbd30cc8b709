"""A folder of Python files as one project: which files, under which names, with which settings, and what is found in
them."""
