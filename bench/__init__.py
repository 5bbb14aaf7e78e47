"""The numbers this project promises, measured in one run against baselines of the same run."""
