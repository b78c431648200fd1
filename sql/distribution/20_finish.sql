-- After the last table is distributed. Each statement may run again.
do $$
begin
    if not exists (select 1 from pg_constraint where conname = 'workspace_members_user_id_fkey') then
        alter table workspace_members add constraint workspace_members_user_id_fkey foreign key (user_id) references users (id);
    end if;
end
$$;
