"""Pictures of networks and of what their training left: boundaries, weights, losses around them."""
