{#
    An account's five UTMs as one number: grouping and joining by it is many times faster than by five words. It is
    valid within one build: `int_utms` has the words of each number, and its test finds collisions.
#}
{% macro utm_key(account, prefix='') -%}
    hash({{ account }}{% for field in utm_fields() %}, {{ prefix }}{{ field }}{% endfor %})
{%- endmacro %}


{# Only source, medium and campaign as one number. #}
{% macro campaign_key(account, prefix='') -%}
    hash({{ account }}{% for field in utm_fields()[:3] %}, {{ prefix }}{{ field }}{% endfor %})
{%- endmacro %}


{# Five normalised words as one number, to compare touchpoints with clicks: "direct" and "none" are equal. #}
{% macro compared_key(words) -%}
    hash({% for word in words %}nullif(nullif({{ word }}, 'direct'), ''){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}


{#
    A word for comparison: lower case, with one spelling for what URLs, HTML and Unicode write in several ways; '' if
    none. Most words are plain and take the short path; nearly all others are decoded in one round. The most nested ones
    are decoded until nothing changes (a round removes at least two characters), so normalising a word again changes
    nothing.
#}
{% macro normalised(value) -%}
    case
        when regexp_matches({{ value }}, '[^ -~]|[%&+]')
            then list_transform(
                [{{ undone(tidied(value)) }}],
                lambda word: case
                    when {{ is_encoded('word') }}
                        then list_reduce(
                            list_prepend(word, repeat([''], length(word) // 2 + 1)),
                            lambda rest, round: case when {{ is_encoded('rest') }} then {{ undone('rest') }} else rest end
                        )
                    else word
                end
            )[1]
        else {{ one_blank('lower(coalesce(' ~ value ~ ", ''))") }}
    end
{%- endmacro %}


{#
    Lower case (one of the two small sigmas), composed, without invisible characters, with one blank for each run of
    blanks.
#}
{% macro tidied(word) -%}
    {{ one_blank("replace(nfc_normalize(lower(nfc_normalize(regexp_replace(regexp_replace(" ~ word
        ~ ", '[\\s\\v\\pZ\\x{85}]', ' ', 'g'), '[\\p{Cc}\\p{Cf}\\x{34f}\\x{fe00}-\\x{fe0f}]', '', 'g')))), 'ς', 'σ')") }}
{%- endmacro %}


{% macro one_blank(word) -%}
    trim(regexp_replace({{ word }}, ' +', ' ', 'g'))
{%- endmacro %}


{# A tidied word, decoded from query, URL and HTML; a repeatedly encoded percent sign or `&` is decoded at once. #}
{% macro undone(word) -%}
    {%- set flat = "regexp_replace(regexp_replace(" ~ word ~ ", '%(?:25)+([0-9a-f]{2})', '%\\1', 'g'), '&(?:amp;)+', '&', 'g')" -%}
    {{ one_blank(without_plus(tidied(decoded(without_plus(flat))))) }}
{%- endmacro %}


{% macro is_encoded(word) -%}
    ({{ is_of_a_query(word) }} or regexp_matches({{ word }}, '{{ encoded_character() }}'))
{%- endmacro %}


{#
    A plus between two characters of a word without blanks shows that the word is from a query; then each plus is a
    blank. Other pluses stay: `18+`, `buy 1 + 1`, and those beside the `*` and `?` of a pattern.
#}
{% macro is_of_a_query(word) -%}
    not contains({{ word }}, ' ') and regexp_matches({{ word }}, '[^+*?]\++[^+*?]')
{%- endmacro %}


{% macro without_plus(word) -%}
    list_transform(
        [{{ word }}], lambda it: case when {{ is_of_a_query('it') }} then replace(it, '+', ' ') else it end
    )[1]
{%- endmacro %}


{# One character in the encoding of a URL (well-formed UTF-8) or HTML, in lower case. #}
{% macro encoded_character() -%}
    {%- set more = '%[89ab][0-9a-f]' -%}
    %[0-7][0-9a-f]|%(?:c[2-9a-f]|d[0-9a-f]){{ more }}
    {{- '|%e(?:0%[ab][0-9a-f]|[1-9a-cef]' ~ more ~ '|d%[89][0-9a-f])' ~ more }}
    {{- '|%f(?:0%[9ab][0-9a-f]|[1-3]' ~ more ~ '|4%8[0-9a-f])' ~ more ~ more }}
    {{- '|&(?:amp|lt|gt|quot|apos|nbsp|shy|#[0-9]{1,7}|#x[0-9a-f]{1,6});' -}}
{%- endmacro %}


{# A word with the characters that a URL or HTML encodes decoded once; all else stays. #}
{% macro decoded(word) -%}
    array_to_string(
        list_transform(
            regexp_extract_all({{ word }}, '{{ encoded_character() }}|[^%&]+|[%&]'),
            lambda piece: case
                when starts_with(piece, '%') then url_decode(piece)
                when starts_with(piece, '&#') then {{ numbered_character('piece') }}
                when starts_with(piece, '&') then coalesce(
                    map {
                        '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': chr(39), '&nbsp;': ' ',
                        '&shy;': ''
                    }[piece],
                    piece
                )
                else piece
            end
        ),
        ''
    )
{%- endmacro %}


{# The character of `&#233;` or `&#xe9;`; a number that is no character stays unchanged. #}
{% macro numbered_character(entity) -%}
    coalesce(
        try(chr(cast(replace(replace(rtrim({{ entity }}, ';'), '&#x', '0x'), '&#', '') as integer))),
        {{ entity }}
    )
{%- endmacro %}
