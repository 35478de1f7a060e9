"""A scan in memory: voxels in HU on a checked grid in LPS mm."""
