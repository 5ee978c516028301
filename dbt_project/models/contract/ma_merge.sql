{{ contract_union('ma_merge') }}
