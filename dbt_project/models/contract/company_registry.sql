{{ contract_union('company_registry') }}
