"""How phantoms are drawn: grids, shapes, vessels, waves, lesions, and the scanner."""
