"""Questions about a problem or a grid: why not, what if, what else, what changed."""
