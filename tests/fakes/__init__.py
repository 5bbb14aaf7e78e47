"""Obedient stand-ins, held to the same rules as what they stand for."""
