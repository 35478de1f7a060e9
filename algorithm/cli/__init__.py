"""What the commands are made of: options, loading a model in time, commands on weights."""
