"""What `axone plot` draws: a module a kind, named as the kind, beside what all kinds share."""
