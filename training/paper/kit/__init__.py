"""What both papers are made with: items, grids of small diagrams, and how all is written."""
