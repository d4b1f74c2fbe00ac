"""Pictures of ideas: each works an example out with the library itself, and draws what came."""
