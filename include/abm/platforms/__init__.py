"""How each platform is reached, shared by the source and the destination of the same name."""
