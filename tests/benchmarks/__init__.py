"""What is promised of speed, measured on demand: ``make bench``."""
