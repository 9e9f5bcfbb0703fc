"""Pages of oversight: the wall board and the desk of those who oversee."""
