"""The faults of docs/mismatches.md, and cases just short of them, told as lives of the company."""
