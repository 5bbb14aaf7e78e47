"""Quote cards: somebody's words drawn as a picture, with the alt text made of the same words."""
