{# Channels, from the normalised `source`, `medium` and `campaign` of one row and the category of its source. #}


{# True for a tracked click without tags, or tagged as direct. #}
{% macro is_direct() -%}
    source in ('', 'direct', '(direct)') and medium in ('', 'direct', 'none', '(none)', '(not set)')
{%- endmacro %}


{#
    Google Analytics 4's default channel group (help page 9756891, and the announcement of 13 May 2026 for AI Assistant);
    the first match wins. `category` is the source's category in the seed. We chose the place of AI Assistant.
#}
{% macro default_channel_group() -%}
    {%- set paid = "regexp_matches(medium, 'cp|^ppc$|^retargeting$|^paid')" -%}
    {%- set shopping = "coalesce(category = 'shopping', false) or regexp_matches(campaign, '(^|[^a-df-z])shop|shopping')" -%}
    case
        when {{ is_direct() }} then 'Direct'
        when contains(campaign, 'cross-network') then 'Cross-network'
        when ({{ shopping }}) and {{ paid }} then 'Paid Shopping'
        when category = 'search' and {{ paid }} then 'Paid Search'
        when category = 'social' and {{ paid }} then 'Paid Social'
        when category = 'video' and {{ paid }} then 'Paid Video'
        when medium in ('display', 'banner', 'expandable', 'interstitial', 'cpm') then 'Display'
        when {{ paid }} then 'Paid Other'
        when medium = 'ai-assistant' then 'AI Assistant'
        when {{ shopping }} then 'Organic Shopping'
        when category = 'social'
            or medium in ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')
            then 'Organic Social'
        when category = 'video' or contains(medium, 'video') then 'Organic Video'
        when category = 'search' or medium = 'organic' then 'Organic Search'
        when medium in ('referral', 'app', 'link') then 'Referral'
        when source in ('email', 'e-mail', 'e_mail', 'e mail') or medium in ('email', 'e-mail', 'e_mail', 'e mail')
            then 'Email'
        when medium in ('affiliate', 'affiliates') then 'Affiliates'
        when medium = 'audio' then 'Audio'
        when source = 'sms' or medium = 'sms' then 'SMS'
        when regexp_matches(medium, 'push$|mobile|notification') or source = 'firebase'
            then 'Mobile Push Notifications'
        else 'Unassigned'
    end
{%- endmacro %}


{#
    A pattern of `*` and `?` as a LIKE pattern, in which no other character is special; an empty one matches anything.
    GLOB also has brackets and backslashes, and its `?` is a byte.
#}
{% macro like_pattern(pattern) -%}
    replace(replace(
        regexp_replace(coalesce(nullif({{ pattern }}, ''), '*'), '([\\%_])', '\\\1', 'g'),
        '*', '%'), '?', '_')
{%- endmacro %}


{#
    The host in a normalised source, also of a URL, and of an Android app, whose package is a reversed host. '' if the
    source can't be a host.
#}
{% macro host_of_source(source) -%}
    case
        when regexp_matches({{ source }}, '^android-app://|^com\.[a-z0-9_]+\.android(\.[a-z0-9_.]+)?$')
            then array_to_string(
                list_reverse(string_split(regexp_extract({{ source }}, '^(?:android-app://)?([a-z0-9_.]*)', 1), '.')), '.'
            )
        else regexp_extract(
            {{ source }},
            '^(?:(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?)?([a-z0-9.-]+?)\.?(?::[0-9]+)?(?:[/?#].*)?$',
            1
        )
    end
{%- endmacro %}


{#
    The names under which the seed may list a normalised source: the source itself, without a prefix, or a host. For
    `images.google.co.uk` these are `images.google.co.uk`, `images.google`, `google.co.uk` and `google`: the host or a
    host above it, with or without its ending (`.com`, a country's). A name without a dot comes only from removing an
    ending.
#}
{% macro names_of_source(source, host) -%}
    list_concat(
        [{{ source }}, regexp_replace({{ source }}, '^(www|m|l|lm)\.', '')],
        flatten(list_transform(
            range(1, len(string_split({{ host }}, '.'))),
            lambda label: [
                array_to_string(string_split({{ host }}, '.')[label:], '.'),
                regexp_extract(
                    array_to_string(string_split({{ host }}, '.')[label:], '.'),
                    '^(.+?)\.(?:com|[a-z]{2}|com?\.[a-z]{2})$',
                    1
                )
            ]
        ))
    )
{%- endmacro %}


{# The channel by the variable `attribution_channel`: a group, or the normalised parts joined by ` / `. #}
{% macro channel() -%}
    {%- set parts = {
        'source': ['source_name'],
        'source_medium': ['source_name', 'medium'],
        'source_medium_campaign': ['source_name', 'medium', 'campaign'],
    } -%}
    {%- set kind = var('attribution_channel') -%}
    {%- if kind == 'default_channel_group' -%}
    coalesce(override, {{ default_channel_group() }})
    {%- else -%}
    case
        when {{ is_direct() }} then 'Direct'
        else {% for part in parts[kind] %}coalesce(nullif({{ part }}, ''), '(not set)'){{ " || ' / ' || " if not loop.last }}{% endfor %}
    end
    {%- endif -%}
{%- endmacro %}
