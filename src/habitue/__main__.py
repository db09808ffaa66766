"""`python -m habitue`: the command line."""

from habitue.config.main import main

if __name__ == "__main__":
    main()
