"""One module per audited table; `expectations()` gives its suite. Severity critical blocks publishing: only faults of our
own build do. What a company's data may do (be late, be empty) is a warning."""
