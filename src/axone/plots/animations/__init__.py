"""Pictures that move: `animate_…` makes an `Animation`, `save_animation` writes it."""
