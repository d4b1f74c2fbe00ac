"""The pictures of the experiments that no other room has, and what of each is drawn."""
