"""Synthetic CT with lesions: anatomy drawn from formulas in millimetres, so that any grid shows it.

A scene is drawn once from a seed (`scenes.draw_scene`), then rendered on as many grids as wanted.
numpy only. It is made to smoke-test and to demonstrate, not to stand in for patients.
"""
