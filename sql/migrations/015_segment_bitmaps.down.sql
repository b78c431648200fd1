-- Nothing goes to the schema archive: all of this follows from leads, and the way up builds it again.

-- step: jobs
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.unschedule(jobid) from cron.job
        where database = current_database() and username in (current_user, 'lh_jobs')
          and command = 'call public.run_job(''fold-segments'')';
    end if;
end;
$$;
delete from scheduled_jobs where name = 'fold-segments';

-- step: forget_bits
-- Before the first trigger goes: from here on counts go by rows, and nobody builds bits again.
drop function if exists build_segment_bits(bigint, bigint);
delete from segment_bit_workspaces;

-- step: log_truncation
drop trigger if exists forget_segment_bits on leads;

-- step: log_deleted_leads
drop trigger if exists note_segment_delete on leads;

-- step: log_changed_leads
drop trigger if exists note_segment_update on leads;

-- step: log_new_leads
drop trigger if exists note_segment_insert on leads;

-- step: change_log
drop function if exists note_segment_change();
drop function if exists forget_all_segment_bits();

-- step: segment_bits
drop table if exists segment_changes, segment_bits, segment_bit_values, segment_bit_facets, segment_bit_workspaces;

-- step: lead_numbers
alter table leads drop constraint if exists leads_id_bounded;
