"""What programs are answered: the types of all JSON, which the schema is made of."""
