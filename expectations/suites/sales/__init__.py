"""What sales promises marketing of every lead that it takes over."""
