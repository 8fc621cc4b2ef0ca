"""Making grids: a greedy start, then simulated annealing on the exact objective."""
