-- Baseline C: the twelve segments of the set, each condition as the application would write it for the base schema. The statements
-- around them are in frames/segments.sql.

-- name: segment_condition_1
-- Newsletter tag.
tags @> '{newsletter}'

-- name: segment_condition_2
-- Paying active customers.
tags @> '{customer}'
  and custom_fields @> '{"plan": "pro"}'
  and status = 'active'

-- name: segment_condition_3
-- New trials.
tags @> '{trial}'
  and not tags @> '{customer}'
  and created_at >= '2025-06-02 00:00+00'

-- name: segment_condition_4
-- Bought or referred, or German VIPs.
(source in ('ads', 'referral')
       or (tags @> '{vip}' and custom_fields @> '{"country": "DE"}'))

-- name: segment_condition_5
-- French enterprises.
custom_fields @> '{"country": "FR", "plan": "enterprise"}'

-- name: segment_condition_6
-- Active webinar guests with a high score.
case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric > 80 end
  and status = 'active'
  and tags @> '{webinar}'

-- name: segment_condition_7
-- Lead magnets with a free address.
email ilike '%freemail%'
  and tags @> '{lead-magnet}'

-- name: segment_condition_8
-- Marias who did not leave.
name ilike '%maria%'
  and status <> 'unsubscribed'

-- name: segment_condition_9
-- January's leads of two sources.
created_at >= '2026-01-02 00:00+00'
  and created_at < '2026-02-01 00:00+00'
  and source in ('website', 'landing_page')

-- name: segment_condition_10
-- Two plans in two countries, without those who left.
(custom_fields @> '{"plan": "starter"}' or custom_fields @> '{"plan": "pro"}')
  and (custom_fields @> '{"country": "GB"}' or custom_fields @> '{"country": "US"}')
  and not (tags @> '{churned}' or status = 'bounced')

-- name: segment_condition_11
-- Event guests who opted in.
custom_fields @> '{"newsletter_opt_in": true}'
  and tags @> '{event}'
  and custom_fields ? 'lifetime_value'

-- name: segment_condition_12
-- Partners of companies with s and a low score.
company ilike 's%'
  and tags @> '{partner}'
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric < 20 end
