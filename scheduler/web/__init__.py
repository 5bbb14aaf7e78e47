"""The console and the API: a door over the services, still to be furnished."""
