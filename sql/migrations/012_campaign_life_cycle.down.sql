-- The base schema knows no claims, retries and provider index. The reason why a send was closed stays in error_message.

-- step: jobs
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.unschedule(jobid) from cron.job
        where database = current_database() and username = current_user
          and command in ('call public.run_job(''start-campaigns'')', 'call public.run_job(''send-upkeep'')');
    end if;
end;
$$;
delete from scheduled_jobs where name in ('start-campaigns', 'send-upkeep');

-- step: note_lead_decisions
drop trigger if exists note_lead_decisions on leads;

-- step: guard_campaigns
drop trigger if exists guard_campaigns on campaigns;

-- step: functions
drop function if exists note_lead_decision();
drop function if exists guard_campaign();
drop function if exists campaign_has_open_sends(bigint, bigint);
drop function if exists campaign_may_become(text, text);

-- step: provider_index
drop index if exists email_sends_provider_idx;

-- step: enqueues
drop table if exists campaign_enqueues;

-- step: inactive_leads
-- no-transaction
drop index concurrently if exists leads_inactive_idx;

-- step: lead_columns
alter table leads drop column if exists status_changed_at;

-- step: send_columns
alter table email_sends
    drop column if exists next_attempt_at,
    drop column if exists soft_bounced_at,
    drop column if exists failed_at,
    drop column if exists skipped_at,
    drop column if exists claimed_pid,
    drop column if exists attempts;

-- step: delta_columns
alter table campaign_metric_deltas
    drop column if exists failed,
    drop column if exists skipped,
    drop column if exists soft_bounced;

-- step: campaign_columns
alter table campaigns
    drop column if exists recipients_due,
    drop column if exists failed_count,
    drop column if exists skipped_count,
    drop column if exists soft_bounced_count;
