"""Who a customer is: identifiers, member numbers, folded names, and what a search looks for."""
