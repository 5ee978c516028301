{{ contract_union('ma_deal') }}
