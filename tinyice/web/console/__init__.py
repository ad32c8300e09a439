"""The pages of the operators: one application for each part of the console."""
