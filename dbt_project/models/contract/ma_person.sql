{{ contract_union('ma_person') }}
