"""Pictures of a lesion: the plane of its axes, and the key image."""
