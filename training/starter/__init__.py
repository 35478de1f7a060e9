"""The starter model: trained on synthetic and a few real lesions, small, fast on any CPU."""
