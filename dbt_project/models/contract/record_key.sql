{{ contract_union('record_key') }}
