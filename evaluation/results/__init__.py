"""What metrics.json holds, as models: lesions, sections, aggregates; its schema and tables."""
