"""Which engines there are, what each one needs, and where compiled networks are kept."""
