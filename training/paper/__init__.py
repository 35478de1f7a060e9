"""The tables and figures of two papers, from scores, manifests and tables. Computes no masks."""
