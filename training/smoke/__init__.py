"""A tiny model for smoke runs, trained in minutes on synthetic lesions; not for any real use."""
