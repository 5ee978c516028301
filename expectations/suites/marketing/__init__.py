"""What marketing promises sales of every lead that it hands over."""
