-- Keys of text. The same spellings meet as in the warehouse: see company_name_key and norm_ja there.

create temp macro opened(t) as case
    when regexp_matches(t, '[㈱㈲㈳㈶㈻㈵㈴㈾㍿№℡Ⅰ-Ⅻⅰ-ⅻ𠮷]') then
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(t), '㈱', '(株)'), '㈲', '(有)'), '㈳', '(社)'), '㈶', '(財)'), '㈻', '(学)'), '㈵', '(特)'), '㈴', '(名)'), '㈾', '(資)'), '㍿', '株式会社'), '№', 'no'), '℡', 'tel'), 'ⅰ', 'i'), 'ⅱ', 'ii'), 'ⅲ', 'iii'), 'ⅳ', 'iv'), 'ⅴ', 'v'), 'ⅵ', 'vi'), 'ⅶ', 'vii'), 'ⅷ', 'viii'), 'ⅸ', 'ix'), 'ⅹ', 'x'), '𠮷', '吉')
    else lower(t)
end;

create temp macro widened(t) as case
    when regexp_matches(t, '[｡-ﾟ]') then translate(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(opened(t), 'ｶﾞ', 'ガ'), 'ｷﾞ', 'ギ'), 'ｸﾞ', 'グ'), 'ｹﾞ', 'ゲ'), 'ｺﾞ', 'ゴ'), 'ｻﾞ', 'ザ'), 'ｼﾞ', 'ジ'), 'ｽﾞ', 'ズ'), 'ｾﾞ', 'ゼ'), 'ｿﾞ', 'ゾ'), 'ﾀﾞ', 'ダ'), 'ﾁﾞ', 'ヂ'), 'ﾂﾞ', 'ヅ'), 'ﾃﾞ', 'デ'), 'ﾄﾞ', 'ド'), 'ﾊﾞ', 'バ'), 'ﾋﾞ', 'ビ'), 'ﾌﾞ', 'ブ'), 'ﾍﾞ', 'ベ'), 'ﾎﾞ', 'ボ'), 'ﾊﾟ', 'パ'), 'ﾋﾟ', 'ピ'), 'ﾌﾟ', 'プ'), 'ﾍﾟ', 'ペ'), 'ﾎﾟ', 'ポ'), 'ｳﾞ', 'ヴ'),
        '｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ',
        '。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン')
    else opened(t)
end;

create temp macro narrowed(t) as case
    when regexp_matches(t, '[！-～‐-―−﹣〜\x{200b}\x{feff}]') then translate(widened(t),
        '！＂＃＄％＆（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠［］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～‐‑‒–—―−﹣〜' || chr(8203) || chr(65279),
        '!"#$%&()*+,-./0123456789:;<=>?@[]^_`abcdefghijklmnopqrstuvwxyz{|}~--------~')
    else widened(t)
end;

create temp macro norm_ja(t) as case
    when regexp_matches(t, '[A-ZÀ-ÞΑ-ΩА-Я㈱㈲㈳㈶㈻㈵㈴㈾㍿№℡Ⅰ-Ⅻⅰ-ⅻ𠮷｡-ﾟ！-～‐-―−﹣〜\x{9}-\x{d}\x{3000}\x{a0}\x{200b}\x{feff}髙﨑嵜齋齊邊邉德惠濵濱澤廣國櫻眞瀧嶋嶌冨㐂氣舍圓鐵澁藏榮禮壽學會實寶將條傳豐與來龜萬彌應樂歷淺靜總聰臺號縣發驛黑增橫綠鄕瀨賴峯ヶヵヰヱ塚晴凞猪益礼神祥福靖精羽蘒諸逸都飯飼館鶴朗隆]|^ | $|  ') then trim(regexp_replace(
        case
            when regexp_matches(t, '[髙﨑嵜齋齊邊邉德惠濵濱澤廣國櫻眞瀧嶋嶌冨㐂氣舍圓鐵澁藏榮禮壽學會實寶將條傳豐與來龜萬彌應樂歷淺靜總聰臺號縣發驛黑增橫綠鄕瀨賴峯ヶヵヰヱ塚晴凞猪益礼神祥福靖精羽蘒諸逸都飯飼館鶴朗隆]') then translate(narrowed(t),
                '髙﨑嵜齋齊邊邉德惠濵濱澤廣國櫻眞瀧嶋嶌冨㐂氣舍圓鐵澁藏榮禮壽學會實寶將條傳豐與來龜萬彌應樂歷淺靜總聰臺號縣發驛黑增橫綠鄕瀨賴峯ヶヵヰヱ塚晴凞猪益礼神祥福靖精羽蘒諸逸都飯飼館鶴朗隆',
                '高崎崎斎斉辺辺徳恵浜浜沢広国桜真滝島島富喜気舎円鉄渋蔵栄礼寿学会実宝将条伝豊与来亀万弥応楽歴浅静総聡台号県発駅黒増横緑郷瀬頼峰ケカイエ塚晴凞猪益礼神祥福靖精羽蘒諸逸都飯飼館鶴朗隆')
            else narrowed(t)
        end, '[[:space:]\x{3000}\x{a0}]+', ' ', 'g'))
    else t
end;

create temp macro normalised_email(t) as
    nullif(regexp_extract(regexp_replace(norm_ja(t), '[+][^@]*@', '@'), '^([^@ ]+@[^@ ]+)$', 1), '');

create temp macro mail_domain(t) as
    nullif(regexp_extract(t, '^[^@]+@([^@ ,;:<>()、]+)$', 1), '');

create temp macro web_domain(t) as
    nullif(regexp_extract(lower(t), '^[ ]*(?:[a-z]+://)?(?:[^@/?#:,、 ]*@)?(?:www[.])?([^@/?#:,;<>()、 ]+[.][^@/?#:,;<>()、 ]+)', 1), '');

create temp macro masked_email(t) as
    substr(t, 1, 1) || '***@' || coalesce(mail_domain(t), '***');

create temp macro company_name_key(t) as
    nullif(regexp_replace(replace(replace(regexp_replace(norm_ja(t), '^(株式会社|有限会社|合同会社|合資会社|合名会社|相互会社|有限責任監査法人|監査法人|税理士法人|弁護士法人|(一般|公益)?(社団|財団)法人|(認定)?(特定非営利活動|npo)法人|学校法人|医療法人(社団|財団)?|社会医療法人|社会福祉法人|宗教法人|(地方)?独立行政法人|国立大学法人|国立研究開発法人|カブシキガイシャ|[(](株|有|同|資|名|一社|一財|公社|公財|社|財|学|医|福|特|特非|独)[)]|[ ])+|([ ]|株式会社|有限会社|合同会社|合資会社|合名会社|相互会社|有限責任監査法人|監査法人|税理士法人|弁護士法人|(一般|公益)?(社団|財団)法人|(認定)?(特定非営利活動|npo)法人|学校法人|医療法人(社団|財団)?|社会医療法人|社会福祉法人|宗教法人|(地方)?独立行政法人|国立大学法人|国立研究開発法人|カブシキガイシャ|[(](株|有|同|資|名|一社|一財|公社|公財|社|財|学|医|福|特|特非|独)[)])+$|(^|[ ,.])+(co[.]?,? *ltd[.]?|company,? *(limited|ltd[.]?)|corporation|corp[.]?|incorporated|inc[.]?|limited|ltd[.]?|l[.]?l[.]?c[.]?|k[.] ?k[.]?|kk|g[.]k[.]|plc|gmbh|kabushiki (kaisha|gaisha))[ .]*$', '', 'g'), '&', '＆'), '-', 'ー'), '[ -/:-`{-~・･·•‧、。「」『』【】〔〕《》〈〉“”‘’＇′＼]+', '', 'g'), '');

create temp macro local_seconds_of_day(t) as
    (hour((t + interval '540' minute)) * 3600 + minute((t + interval '540' minute)) * 60 + second((t + interval '540' minute)));

create temp macro digits(t) as translate(t, '０１２３４５６７８９-－‐− 　', '0123456789');
create temp macro valid_corporate_number(t) as case
    when regexp_full_match(digits(t), '[0-9]{13}')
        and cast(digits(t)[1] as integer)
            = 9 - list_sum([cast(digits(t)[n] as integer) * (2 - n % 2) for n in range(2, 14)]) % 9
        then digits(t)
end;

create temp macro utc(t) as try_cast(t as timestamp);
create temp macro office_time(t) as try_cast(replace(t, '/', '-') as timestamp) - interval 9 hour;
create temp macro office_date(t) as try_cast(replace(t, '/', '-') as date);
create temp macro business_date(t) as cast(t + interval 9 hour as date);
create temp macro business_day_start(t) as cast(t as timestamp) - interval 9 hour;
