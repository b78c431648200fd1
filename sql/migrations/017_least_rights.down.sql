-- Everybody gets back what the way up took.

-- step: taken_rights
do $$
declare
    v_right record;
begin
    for v_right in select name, give_back from loadharness.taken_right loop
        begin
            execute case v_right.name when 'temporary' then format(v_right.give_back, current_database()) else v_right.give_back end;
        exception when undefined_table or undefined_function then
            raise notice 'Not given back, for it is not there any more: %', v_right.name;
        end;
    end loop;
end
$$;
drop table if exists loadharness.taken_right;
