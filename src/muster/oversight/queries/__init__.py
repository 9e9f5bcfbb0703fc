"""What the pages of oversight read. Every figure is counted from rows, nothing is ever reported."""
