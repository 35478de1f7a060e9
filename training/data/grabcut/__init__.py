"""2D pseudo-masks of lesions of which only two diameters on one slice are known."""
