namespace LoadHarness.Checks.Verification;

internal static partial class FunctionCalls
{
    private const string Lead = $"(select min(id) from leads where workspace_id = {W})";
    private const string User = $"(select max(user_id) from workspace_members where workspace_id = {W})";
    private const string Member = $"select add_member({W}, 'verify@example.com', 'Verify')";
    private const string Owner = $"select add_member({W}, 'verify-owner@example.com', 'Verify', 'owner')";

    private static FunctionCall[] Audit =>
    [
        new("audit_row_change()", [$"update campaigns set subject = 'verify' where workspace_id = {W} and id = {C}"]),
        new("audit_lead_change()", [$"update leads set name = 'verify' where workspace_id = {W} and id = {Lead}"]),
        new("audit_send_change()", [Scheduled, $"update email_sends set status = 'failed' where workspace_id = {W}"]),
        new("note_lead_deletion()", [$"delete from leads where workspace_id = {W} and email = 'verify2@example.com'"]),
        new("audit_lead_deletion()", [$"delete from leads where workspace_id = {W} and email = 'verify1@example.com'"]),
        new("audit_import()", [Staged, $"select * from finish_lead_import({W}, {Import})"]),
        new("audit_actor()", ["select audit_actor()"]),
        new("audit_values(jsonb)", ["""select audit_values('{"url": "https://a:b@example.com/?k=1"}')"""]),
        new("audit_write(bigint, text, text, text, jsonb)", [$"select audit_write({W}, 'verify', 'verify', null, null)"]),
    ];

    private static FunctionCall[] People =>
    [
        new("require_table_rights(regclass)", ["select require_table_rights('leads')"],
            "select require_table_rights('pg_authid')", "LH011"),
        new("tables_of_leads()", ["select tables_of_leads()"]),
        new("unpunycode(text)", ["select unpunycode('mnchen-3ya')"]),
        new("readable_address(text)", ["select readable_address('a@xn--mnchen-3ya.example')"]),
        new("address_spellings(text[])", ["select address_spellings('{a@new.example,b@new.example}')"]),
        new("address_pattern(text)", ["select address_pattern('a+b@new.example')"]),
        new("cut_addresses_pattern(text[])", ["select cut_addresses_pattern('{a+b@new.example}')"]),
        new("addresses_pattern(text[])", ["select addresses_pattern('{a@new.example,b@new.example}')"]),
        new("addresses_of_lead(bigint, bigint, text)", [$"select addresses_of_lead({W}, {Lead}, 'nobody@example.com')"]),
        new("erase_address_traces(bigint, text[])", [$$"""select erase_address_traces({{W}}, '{nobody@example.com}')"""]),
        new("erase_with_lead(bigint, bigint, text, text)", [$"select erase_with_lead({W}, null, 'nobody@example.com', null)"]),
        new("erase_person(bigint, bigint, text, text)", [$"select erase_person({W}, null, 'nobody@example.com', null)"]),
        new("require_reason(text)", ["select require_reason('asked')"], "select require_reason(repeat('x', 1001))", "LH004"),
        new("erase_lead(bigint, bigint, text)", [$"select erase_lead({W}, {Lead})"], $"select erase_lead({W}, -1)", "LH004"),
        new("erase_address(bigint, text, text)", [$"select erase_address({W}, 'nobody@example.com')"],
            $"select erase_address({Foreign}, 'nobody@example.com')", "LH001"),
        new("export_lead(bigint, bigint)", [$"select export_lead({W}, {Lead})"], $"select export_lead({W}, -1)", "LH004"),
        new("statement_text(text)", ["select statement_text('select 1')"]),
        new("partitions_to_retire(text, int)", ["select * from partitions_to_retire('email_sends', 365)"]),
        new("retire_next_partition()", ["select * from retire_next_partition()"]),
        new("maintenance_tasks()", ["select * from maintenance_tasks()"]),
    ];

    private static FunctionCall[] Members =>
    [
        new("require_text(text, text, int)", ["select require_text('a name', 'a', 10)"], "select require_text('a name', '', 10)", "LH004"),
        new("require_role(text)", ["select require_role('owner')"], "select require_role('king')", "LH004"),
        new("require_user_email(text)", ["select require_user_email('Verify@example.com')"], "select require_user_email('verify')",
            "LH004"),
        new("user_of(text, text)", ["select user_of('verify@example.com', 'Verify')"], "select user_of('verify', 'Verify')", "LH004"),
        new("create_workspace(text, text, text)", ["select create_workspace('verify', 'verify@example.com', 'Verify')"],
            "select create_workspace('', 'verify@example.com', 'Verify')", "LH004"),
        new("add_member(bigint, text, text, text)", [Member], $"select add_member({W}, 'verify@example.com', 'Verify', 'king')", "LH004"),
        new("is_member(bigint, bigint)", [$"select is_member({W}, {User})"]),
        new("is_member_elsewhere(bigint, bigint)", [$"select is_member_elsewhere({W}, {User})"]),
        new("accept_invitation(bigint, bigint, bigint)", [Member, $"select accept_invitation({W}, {User}, {Foreign})"],
            $"select accept_invitation({Foreign}, 1, {W})", "LH001"),
        new("workspace_users()", [Member, "select * from workspace_users()"]),
        new("require_another_owner(bigint, bigint)", [$"select require_another_owner({W}, -1)"]),
        new("change_member_role(bigint, bigint, text)", [Owner, Member, $"select change_member_role({W}, {User}, 'admin')"],
            $"select change_member_role({W}, {User}, 'king')", "LH004"),
        new("change_user(bigint, bigint, text, text)", [Member, $"select change_user({W}, {User}, 'V', 'v@example.com')"],
            $"select change_user({Foreign}, 1, 'V', 'v@example.com')", "LH001"),
        new("remove_member(bigint, bigint)", [Owner, Member, $"select remove_member({W}, {User})"], $"select remove_member({Foreign}, 1)",
            "LH001"),
        new("tables_of_workspaces()", ["select tables_of_workspaces()"]),
        new("cancel_campaigns(bigint)", [$"select cancel_campaigns({W})"]),
        new("lock_workspace(bigint)", [$"select lock_workspace({W})"]),
        new("delete_workspace(bigint, int)", [$"select * from delete_workspace({W}, 10)"], $"select * from delete_workspace({W}, 0)",
            "LH006"),
    ];
}
