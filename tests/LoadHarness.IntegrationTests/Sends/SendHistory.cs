using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>What happened to one workspace's campaign: steps drawn from a seed, and what must hold after each and at the end.</summary>
/// <param name="oldMonth">The campaign is one of so many months ago, whose sends retention may archive; null for one of now.</param>
internal sealed partial class SendHistory(int seed, int? oldMonth)
{
    private static readonly string[] Kinds =
        ["sent", "delivered", "opened", "clicked", "bounced", "soft_bounced", "unsubscribed", "complained"];
    private static readonly string[] Workers = ["a", "b", "c"];

    private readonly Random _random = new(seed);
    private readonly List<Claim> _claims = [];

    // What each send's holder may still do: the last claim of a send that was not given back.
    private readonly Dictionary<long, Claim> _holders = [];
    private NpgsqlConnection _connection = null!;
    private long _workspace;
    private long _campaign;
    private long[] _leads = [];
    private string _step = "begin";

    public string Name => $"history of seed {seed}, at {_step}";

    private string Status { get; set; } = "draft";

    public async Task BeginAsync(NpgsqlConnection connection)
    {
        _connection = connection;
        _workspace = await AskAsync<long>("insert into workspaces (name) values ('history') returning id");
        await EnterAsync();
        _leads = await AskAsync<long[]>(
            """
            with made as (
                insert into leads (workspace_id, email)
                select $1, 'l' || g || '@h.example' from generate_series(1, $2) g
                returning id)
            select array_agg(id) from made
            """,
            _workspace, _random.Next(1, 7));
        _campaign = await AskAsync<long>(
            "insert into campaigns (workspace_id, name, subject) values ($1, 'c', 's') returning id", _workspace);
        if (oldMonth is { } months)
            await RunAsync(
                "update campaigns set enqueued_at = date_trunc('month', now()) - make_interval(months => $2) where workspace_id = $1",
                _workspace, months);
    }

    public async Task StepsAsync(NpgsqlConnection connection, int count)
    {
        _connection = connection;
        await EnterAsync();
        Status = await AskAsync<string>("select status from campaigns where workspace_id = $1 and id = $2", _workspace, _campaign);
        for (var i = 0; i < count; i++) await StepAsync();
    }

    /// <summary>A migration down and up keeps sends, not who claimed them.</summary>
    public void ForgetClaims()
    {
        _claims.Clear();
        _holders.Clear();
    }

    /// <summary>Everything that can be sent is sent; then all is as it must be.</summary>
    public async Task EndAsync(NpgsqlConnection connection)
    {
        _connection = connection;
        await EnterAsync();
        _step = "end";
        await ReapAsync();
        Status = await AskAsync<string>("select status from campaigns where workspace_id = $1 and id = $2", _workspace, _campaign);
        if (Status == "cancelled") return;
        if (Status is "paused") await RunAsync("select resume_campaign($1, $2)", _workspace, _campaign);
        await RunAsync("select count(*) from start_due_campaigns()");
        await ScheduleAsync();
        await RunAsync("update email_sends set next_attempt_at = null where workspace_id = $1", _workspace);
        while (await ClaimAsync() is { Ids.Length: > 0 } claim)
            Assert.Equal(claim.Ids.Length, await MarkAsync(claim));
        await RunAsync("select complete_campaign($1, $2)", _workspace, _campaign);
        await RunAsync("select fold_campaign_metrics()");
        await CheckEndAsync();
    }

    private async Task StepAsync()
    {
        (_step, var work) = _random.Next(20) switch
        {
            0 or 1 => ("schedule", ScheduleAsync),
            2 => ("schedule some", ScheduleSomeAsync),
            3 => ("start when due", StartAsync),
            4 => ("the application's own row", InsertAsync),
            5 or 6 or 7 => ("claim", async () => { await ClaimAsync(); }),
            8 or 9 => ("mark", MarkOneAsync),
            10 => ("mark another's", MarkForeignAsync),
            11 => ("fail", FailAsync),
            12 => ("reap", ReapAsync),
            13 => ("pause or resume", PauseAsync),
            14 => ("leave or come back", LeaveAsync),
            15 or 16 => ("events", EventsAsync),
            17 => ("another address", MoveAsync),
            18 => ("complete", async () => { await RunAsync("select complete_campaign($1, $2)", _workspace, _campaign); }),
            _ => ("cancel", (Func<Task>)CancelAsync),
        };
        await work();
        var status = await AskAsync<string>("select status from campaigns where workspace_id = $1 and id = $2", _workspace, _campaign);
        // The application's own row may come after the end; the next claim opens the campaign again.
        if (status == "sent" && Status != "sent")
            Assert.Equal(0, await AskAsync<long>(
                "select count(*) from email_sends where workspace_id = $1 and status in ('pending', 'claimed')", _workspace));
        Status = status;
    }

    private Task ScheduleAsync() => Status == "cancelled"
        ? Task.CompletedTask
        : AllowAsync("LH007", "select total_scheduled from bulk_schedule_email_sends($2, $1)", _workspace, _campaign);

    private Task ScheduleSomeAsync() => Status == "cancelled" ? Task.CompletedTask
        : AllowAsync("LH007", "select total_scheduled from bulk_schedule_email_sends($2, $1, $3)", _workspace, _campaign,
            _leads.Where(_ => _random.Next(2) == 0).ToArray());

    private async Task StartAsync()
    {
        await AllowAsync("LH0(07|10)", "select schedule_campaign($1, $2, p_everybody => true)", _workspace, _campaign);
        await RunAsync("select count(*) from start_due_campaigns()");
    }

    private Task InsertAsync() => RunAsync(
        """
        insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
        values ($1, $2, $3, 'own', now() - make_interval(days => $4))
        on conflict do nothing
        """,
        _workspace, _campaign, _leads[_random.Next(_leads.Length)], _random.Next(3) * 20);

    private async Task<Claim?> ClaimAsync()
    {
        if (Status == "cancelled") return null;
        var worker = Workers[_random.Next(Workers.Length)];
        var before = await AskAsync<string>("select status from campaigns where workspace_id = $1 and id = $2", _workspace, _campaign);
        var sent = await AskAsync<long[]>(
            "select coalesce(array_agg(lead_id), '{}') from email_sends where workspace_id = $1 and sent_at is not null", _workspace);
        var active = await AskAsync<long[]>(
            "select coalesce(array_agg(id), '{}') from leads where workspace_id = $1 and status = 'active'", _workspace);
        await using var command = Command(
            "select id, lead_id, claimed_at from claim_email_sends($1, $2, $3, $4)", _workspace, _campaign, worker, _random.Next(1, 4));
        List<(long Id, long Lead)> rows = [];
        var at = default(DateTime);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                rows.Add((reader.GetInt64(0), reader.GetInt64(1)));
                at = reader.GetDateTime(2);
            }
        }

        if (rows.Count > 0) Assert.NotEqual("paused", before);
        Assert.All(rows, row => Assert.DoesNotContain(row.Lead, sent));
        Assert.All(rows, row => Assert.Contains(row.Lead, active));
        Assert.All(rows, row => Assert.False(_holders.ContainsKey(row.Id), $"send {row.Id} was handed out twice"));
        Assert.Equal(rows.Count, rows.Select(row => row.Lead).Distinct().Count());
        var claim = new Claim([.. rows.Select(row => row.Id)], worker, at);
        Assert.Equal(0, await AskAsync<long>(
            """
            select count(*) from email_sends s join leads l on l.workspace_id = s.workspace_id and l.id = s.lead_id
            where s.workspace_id = $1 and s.id = any ($2) and s.email not in ('own', l.email)
            """, _workspace, claim.Ids));
        foreach (var id in claim.Ids) _holders[id] = claim;
        if (rows.Count > 0) _claims.Add(claim);
        return claim;
    }

    private Task<long> MarkAsync(Claim claim) =>
        AskAsync<long>("select mark_email_sends_sent($1, $2, $3, 'p-', $4, $5)", _workspace, _campaign, claim.Ids, claim.Worker, claim.At);

    // Any claim, also one that was marked or given back long ago.
    private async Task MarkOneAsync()
    {
        if (_claims.Count == 0) return;
        var claim = _claims[_random.Next(_claims.Count)];
        var held = claim.Ids.Count(id => _holders.ContainsKey(id) && !Holds(claim, id));
        Assert.InRange(await MarkAsync(claim), 0, claim.Ids.Length - held);
    }

    private async Task MarkForeignAsync()
    {
        if (_claims.Count == 0) return;
        var claim = _claims[_random.Next(_claims.Count)];
        Assert.Equal(0, await MarkAsync(claim with { Worker = "nobody" }));
    }

    private async Task FailAsync()
    {
        if (_claims.Count == 0) return;
        var claim = _claims[_random.Next(_claims.Count)];
        var failed = await AskAsync<long>(
            "select mark_email_sends_failed($1, $2, $3, 'no answer', $4, $5, interval '0', 4)", _workspace, _campaign, claim.Ids,
                claim.Worker, claim.At);
        if (failed > 0) await ForgetFreeAsync();
    }

    private async Task ReapAsync()
    {
        // As if an hour had passed: the tokens of the claims are of an hour ago as well. Those from before a migration have none.
        var aged = await AskAsync<long[]>(
            """
            with aged as (
                update email_sends set claimed_at = coalesce(claimed_at, now()) - interval '1 hour'
                where workspace_id = $1 and status = 'claimed'
                returning id)
            select coalesce(array_agg(id), '{}') from aged
            """,
            _workspace);
        for (var i = 0; i < _claims.Count; i++)
        {
            if (!_claims[i].Ids.Any(id => Array.IndexOf(aged, id) >= 0 && Holds(_claims[i], id))) continue;
            var older = _claims[i] with { At = _claims[i].At.AddHours(-1) };
            foreach (var id in older.Ids.Where(id => Holds(_claims[i], id))) _holders[id] = older;
            _claims[i] = older;
        }

        Assert.InRange(await AskAsync<long>("select reap_stale_claims()"), 0, aged.Length);
        await ForgetFreeAsync();
    }

    private async Task PauseAsync()
    {
        if (Status == "paused") await RunAsync("select resume_campaign($1, $2)", _workspace, _campaign);
        else await AllowAsync("LH010", "select pause_campaign($1, $2)", _workspace, _campaign);
    }

    private Task LeaveAsync() => RunAsync(
        "update leads set status = case status when 'active' then 'unsubscribed' else 'active' end where workspace_id = $1 and id = $2",
        _workspace, _leads[_random.Next(_leads.Length)]);

    private Task MoveAsync() => RunAsync(
        "update leads set email = 'l' || $2 || '-' || $3 || '@h.example' where workspace_id = $1 and id = $2",
        _workspace, _leads[_random.Next(_leads.Length)], _random.Next());

    private async Task CancelAsync()
    {
        if (_random.Next(4) == 0) await AllowAsync("LH010", "select cancel_campaign($1, $2)", _workspace, _campaign);
    }

    private async Task EventsAsync()
    {
        var sends = await AskAsync<long[]>(
            "select coalesce(array_agg(id), '{}') from email_sends where workspace_id = $1 and sent_at is not null", _workspace);
        if (sends.Length == 0) return;
        var events = Enumerable.Range(0, _random.Next(1, 6)).Select(_ =>
            $$"""
            {"id":{{sends[_random.Next(sends.Length)]}},
                "event":"{{Kinds[_random.Next(Kinds.Length)]}}",
                "occurred_at":"2026-01-0{{_random.Next(1, 9)}}T00:00:00Z"}
            """);
        await RunAsync("select * from apply_send_events($1::jsonb)", $"[{string.Join(',', events)}]");
    }

    private bool Holds(Claim claim, long send) => _holders.TryGetValue(send, out var holder) && ReferenceEquals(holder, claim);

    // Sends that nobody holds: given back, or done.
    private async Task ForgetFreeAsync()
    {
        foreach (var id in await AskAsync<long[]>(
            "select coalesce(array_agg(id), '{}') from email_sends where workspace_id = $1 and status = 'pending'", _workspace))
            _holders.Remove(id);
    }

    private sealed record Claim(long[] Ids, string Worker, DateTime At);
}
