"""A result in, something to show out: numbers, values, tables, figures. Rounding happens here only."""
