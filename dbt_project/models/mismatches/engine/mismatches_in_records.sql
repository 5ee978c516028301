{# What the evaluated rules find in records and tables: every group but H. #}
{{ mismatches_found(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'i']) }}
