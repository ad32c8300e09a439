"""Where addresses are: a database in a file that the operator brings."""
