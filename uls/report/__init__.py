"""The kit that every HTML page of ours is made with: sections, tables, figures, text.

Knows nothing of what it shows.
"""
