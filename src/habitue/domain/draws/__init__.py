"""Who wins a draw: a recipe that anybody can follow with nothing but what is published."""
