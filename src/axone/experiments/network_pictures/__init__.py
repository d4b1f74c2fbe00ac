"""From a run to what the pictures of networks draw: a module a picture, none of which draws."""
