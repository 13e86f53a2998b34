"""What is seen across visits: a caseworker’s children, what is due, and one child’s whole line."""
