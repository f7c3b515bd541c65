"""The commands of jobber, one module for each."""
