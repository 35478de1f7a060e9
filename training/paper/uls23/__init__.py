"""The challenge's paper: de Grauw et al. 2025, Medical Image Analysis 102."""
