"""One package per audience, one module per table; `expectations(limits)` gives the suite. Severity critical blocks publishing:
only faults of our own build do. What a company's data may do (be late, be empty), and what the teams owe each other, is a warning."""
