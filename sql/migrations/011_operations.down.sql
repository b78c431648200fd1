-- Archived partitions hold rows: the schema archive goes only when it is empty.

-- step: audit_lead_deletions
drop trigger if exists audit_lead_deletions on leads;

-- step: audit_campaigns
drop trigger if exists audit_campaigns on campaigns;

-- step: audit_webhooks
drop trigger if exists audit_webhooks on webhooks;

-- step: audit_workspaces
drop trigger if exists audit_workspaces on workspaces;

-- step: audit_members
drop trigger if exists audit_members on workspace_members;

-- step: audit_api_keys
drop trigger if exists audit_api_keys on api_keys;

-- step: audit_functions
drop function if exists audit_row_change();
drop function if exists audit_lead_deletion();
drop function if exists audit_actor();

-- step: scheduled_jobs
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.unschedule(jobid) from cron.job
        where database = current_database() and username = current_user and command like 'call public.run_job(%';
    end if;
end;
$$;

-- step: tables
drop materialized view if exists campaign_performance;
drop materialized view if exists lead_analytics;
drop table if exists retention_policies;
drop table if exists setting_history;
drop table if exists table_size_history;
drop table if exists database_snapshots;
drop table if exists analytics_refreshes;
drop table if exists job_runs;
drop table if exists scheduled_jobs;

do $$
begin
    drop schema if exists archive restrict;
exception when dependent_objects_still_exist then
    raise notice 'the schema archive holds archived partitions and stays';
end;
$$;
