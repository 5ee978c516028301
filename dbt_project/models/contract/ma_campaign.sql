{{ contract_union('ma_campaign') }}
