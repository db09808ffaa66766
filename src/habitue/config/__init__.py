"""Settings, URL root, ASGI entry point and the composition root."""
