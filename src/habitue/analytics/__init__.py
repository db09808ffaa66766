"""Decision support: frames in, frozen results out; knows no framework and no models."""
