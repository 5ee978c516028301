"""The answer key: what the marts must say, computed from the truth in Python, from the words of docs/, never from SQL."""
