"""Many small trainings side by side on one device: the stacked path."""
