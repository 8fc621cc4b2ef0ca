"""What no grid can exceed, proved. Only `bound` and `columns` load without OR-tools and NumPy."""
