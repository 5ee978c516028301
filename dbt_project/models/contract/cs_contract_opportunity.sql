{{ contract_union('cs_contract_opportunity') }}
