"""Independent models of others, asked the same questions."""
