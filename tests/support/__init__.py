"""What several levels of tests share; each level's conftest names what it uses."""
