"""What libraries raise when the network fails: data files, and the catalogue that answers questions from them.

Adding a library is adding one file to `libraries/`. Nothing here knows of programs that are analysed.
"""
