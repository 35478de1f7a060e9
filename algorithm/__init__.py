"""The inference image: stacks of VOIs in, masks of the clicked lesions out."""
