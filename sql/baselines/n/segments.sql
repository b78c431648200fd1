-- Baseline N: the twelve segments by what comes to mind first: any() on tags, ->> on custom fields. Those that are missing here are
-- written as in c/segments.sql; the statements around them are in frames/segments.sql.

-- name: segment_condition_1
-- Newsletter tag.
'newsletter' = any (tags)

-- name: segment_condition_2
-- Paying active customers.
'customer' = any (tags)
  and custom_fields ->> 'plan' = 'pro'
  and status = 'active'

-- name: segment_condition_3
-- New trials.
'trial' = any (tags)
  and not 'customer' = any (tags)
  and created_at >= '2025-06-02 00:00+00'

-- name: segment_condition_4
-- Bought or referred, or German VIPs.
(source in ('ads', 'referral')
       or ('vip' = any (tags) and custom_fields ->> 'country' = 'DE'))

-- name: segment_condition_5
-- French enterprises.
custom_fields ->> 'country' = 'FR' and custom_fields ->> 'plan' = 'enterprise'

-- name: segment_condition_6
-- Active webinar guests with a high score.
case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric > 80 end
  and status = 'active'
  and 'webinar' = any (tags)

-- name: segment_condition_7
-- Lead magnets with a free address.
email ilike '%freemail%'
  and 'lead-magnet' = any (tags)

-- name: segment_condition_10
-- Two plans in two countries, without those who left.
(custom_fields ->> 'plan' = 'starter' or custom_fields ->> 'plan' = 'pro')
  and (custom_fields ->> 'country' = 'GB' or custom_fields ->> 'country' = 'US')
  and not ('churned' = any (tags) or status = 'bounced')

-- name: segment_condition_11
-- Event guests who opted in.
custom_fields ->> 'newsletter_opt_in' = 'true'
  and 'event' = any (tags)
  and custom_fields ? 'lifetime_value'

-- name: segment_condition_12
-- Partners of companies with s and a low score.
company ilike 's%'
  and 'partner' = any (tags)
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric < 20 end
