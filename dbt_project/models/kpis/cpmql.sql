{# Cost per MQL: marketing's programme cost for each MQL. #}
{{ cost_per('mql_cnt') }}
