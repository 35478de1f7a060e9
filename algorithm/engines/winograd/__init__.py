"""Convolutions by Winograd's method, in C: what the engine `winograd` runs.

`build` compiles the C files in `native`, `library` calls them, `graph` reads a network,
`layout` lays out its filters for vectors, `program` turns it into steps and `memory` finds room for
its feature maps.
"""
