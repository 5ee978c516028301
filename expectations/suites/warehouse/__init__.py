"""What the warehouse promises both teams of the marts that it publishes."""
