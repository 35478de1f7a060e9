"""Charts that only papers need: grids of histograms and bars, panels of images."""
