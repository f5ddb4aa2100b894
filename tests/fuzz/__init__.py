"""Bad input for every reader, and what may come of it: `spoilt` makes it, `readers` tries it."""
