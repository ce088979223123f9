{# Channels from the normalised `source`, `medium` and `campaign` of one row. #}


{# A tracked click without tags, or tagged as direct. #}
{% macro is_direct() -%}
    source in ('', 'direct', '(direct)') and medium in ('', 'direct', 'none', '(none)', '(not set)')
{%- endmacro %}


{#
    Google Analytics 4's default channel group (help page 9756891, and the announcement of 13 May 2026 for AI Assistant);
    the first that matches wins. `category` is the source's list in the seed. The place of AI Assistant is ours.
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


{# The channel by the variable `attribution_channel`: a group, or the normalised parts joined by ` / `. #}
{% macro channel() -%}
    {%- set parts = {
        'source': ['source'],
        'source_medium': ['source', 'medium'],
        'source_medium_campaign': ['source', 'medium', 'campaign'],
    } -%}
    {%- set kind = var('attribution_channel') -%}
    {%- if kind == 'default_channel_group' -%}
    coalesce(override, {{ default_channel_group() }})
    {%- elif kind in parts -%}
    case
        when {{ is_direct() }} then 'Direct'
        else {% for part in parts[kind] %}coalesce(nullif({{ part }}, ''), '(not set)'){{ " || ' / ' || " if not loop.last }}{% endfor %}
    end
    {%- else -%}
    {{ exceptions.raise_compiler_error(
        "attribution_channel is '" ~ kind ~ "': it must be default_channel_group or one of " ~ parts.keys() | join(', ')
    ) }}
    {%- endif -%}
{%- endmacro %}
