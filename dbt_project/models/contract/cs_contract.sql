{{ contract_union('cs_contract') }}
