{{ contract_union('cs_csat') }}
