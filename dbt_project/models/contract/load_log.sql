{{ contract_union('load_log') }}
