{{ contract_union('cs_contract_change') }}
