{{ contract_union('ma_activity') }}
