using System.Text.RegularExpressions;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <content>What must hold at the end, and how a history asks.</content>
internal sealed partial class SendHistory
{
    private async Task CheckEndAsync()
    {
        Assert.Equal(0, await AskAsync<long>(
            """
            select count(*)
            from (select lead_id from email_sends where workspace_id = $1 and sent_at is not null
                group by lead_id having count(*) > 1) twice
            """, _workspace));
        var status = await AskAsync<string>("select status from campaigns where workspace_id = $1 and id = $2", _workspace, _campaign);
        Assert.Equal(0, await AskAsync<long>(
            "select count(*) from email_sends where workspace_id = $1 and status in ('pending', 'claimed')", _workspace));
        Assert.Equal("sent", status);
        Assert.Equal("", await AskAsync<string>(
            """
            select coalesce(string_agg(l.id::text, ','), '') from leads l
            where l.workspace_id = $1 and l.status = 'active' and not exists (
                select from email_sends s where s.workspace_id = l.workspace_id and s.lead_id = l.id
                    and (s.sent_at is not null or s.failed_at is not null or s.error_message like 'skipped: the lead is %'))
              and not exists (select from campaigns c where c.workspace_id = l.workspace_id and campaign_is_retired(c.workspace_id, c.id))
            """, _workspace));
        Assert.Equal("", await AskAsync<string>(
            """
            select coalesce(string_agg(what || ': ' || counted || ' instead of ' || recount, '; '), '')
            from campaigns c
            cross join lateral (select count(sent_at) s, count(delivered_at) d, count(opened_at) o, count(clicked_at) k,
                count(bounced_at) b, count(unsubscribed_at) u,
                                       count(complained_at) p, count(failed_at) f, count(skipped_at) x
                                           from email_sends e where e.workspace_id = c.workspace_id) r
            cross join lateral (values ('sent', sent_count, s), ('delivered', delivered_count, d), ('opened', opened_count, o),
                ('clicked', clicked_count, k),
                                       ('bounced', bounced_count, b), ('unsubscribed', unsubscribed_count, u),
                                       ('complained', complained_count, p),
                                       ('failed', failed_count, f), ('skipped', skipped_count, x)) as v (what, counted, recount)
            where c.workspace_id = $1 and counted <> recount and not campaign_is_retired(c.workspace_id, c.id)
            """, _workspace));
    }

    private Task EnterAsync() => RunAsync("select set_config('app.workspace_id', $1, false)", _workspace.ToString());

    private async Task AllowAsync(string state, string sql, params object[] values)
    {
        try
        {
            await RunAsync(sql, values);
        }
        catch (PostgresException refused) when (Regex.IsMatch(refused.SqlState, state))
        {
            // A state of the campaign that the step does not fit.
        }
    }

    private async Task RunAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> AskAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
