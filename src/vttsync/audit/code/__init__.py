"""JavaScript and TypeScript as the audit reads it: trees, names, what a call leads to."""
