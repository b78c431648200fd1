using System.Diagnostics;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>
/// What row-level security costs the queries that name the tables themselves (SV-1): the same prepared statement on two sessions that
/// differ in their role alone. Nothing is written.
/// </summary>
internal static class RowSecurityCost
{
    private const string Id = "SV-1";

    /// <summary>How many times as long a query may take as without row security.</summary>
    private static readonly Limit MostTimes = Limit.AtMost(1.5, "times");

    /// <summary>Smaller tables are read from end to end in any case.</summary>
    private const long FewestLeads = 1_000;

    private const int UsualRounds = 20;

    private const int ArgumentsARound = 25;

    // A prepared statement is planned anew five times, before its server may keep a plan.
    private const int WarmUpsARound = 6;

    /// <summary>A member, whom the policies bind.</summary>
    private const string Bound = "lh_app";

    /// <summary>Owner of the tables, whom their policies do not bind.</summary>
    private const string Unbound = "lh_owner";

    private static readonly (string Query, Func<Lead, object[]> Arguments)[] Queries =
    [
        ("email_lookup", lead => [lead.Email]),
        ("status_page", lead => [lead.Status]),
        ("recent_leads", _ => []),
        ("lead_with_activities", lead => [lead.Id]),
    ];

    /// <returns>The costliest query's ratio, judged by its 95% interval over the rounds.</returns>
    public static async Task<Verdict> RunAsync(NpgsqlDataSource admin, CancellationToken cancellationToken, int rounds = UsualRounds)
    {
        try
        {
            await using var connection = await admin.OpenConnectionAsync(cancellationToken);
            var workspace = await connection.ScalarAsync<long>(
                "select workspace_id from leads group by 1 order by count(*) desc limit 1", cancellationToken);
            var leads = await LeadsAsync(connection, workspace, rounds, cancellationToken);
            if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed)
                return Verdict.Unavailable(
                    Id, "", "its cost is measured on one server: on a cluster each role has other sessions of the workers");
            if (leads.Count == 0)
                return Verdict.Unavailable(Id, "", $"its cost is measured from {FewestLeads:N0} leads in one workspace on");
            var costs = new List<Cost>();
            foreach (var (query, arguments) in Queries)
                costs.Add(await MeasureAsync(
                    admin, query, workspace, leads.Select(arguments).ToArray(), rounds, cancellationToken));
            return Judge(costs);
        }
        catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
        {
            return CheckRunner.Failed(Id, e);
        }
    }

    private static Verdict Judge(IReadOnlyList<Cost> costs)
    {
        var costliest = costs.MaxBy(cost => cost.Ratios.Average())!;
        var words = costs.Select(
            cost => $"{cost.Query} {cost.Bound.Average():0.000} and {cost.Unbound.Average():0.000} ms, {cost.Ratios.Average():0.00} times");
        var evidence = $"as {Bound}, whom the policies bind, and as {Unbound}, whom they do not: "
            + $"{string.Join("; ", words)} (prepared, rows in memory, {costliest.Ratios.Count} rounds in turn)";
        var ratios = costliest.Ratios;
        var measured = new Measured(ratios.Average(), Intervals.OfMean(ratios), ratios.Count, ratios.Count, costliest.Query);
        return Verdict.Judged(Id, "", measured, MostTimes, evidence);
    }

    // A pair of sessions a round: where a server process happens to lie in memory makes it faster or slower than the next one, all its
    // life.
    private static async Task<Cost> MeasureAsync(
        NpgsqlDataSource admin, string query, long workspace, object[][] arguments, int rounds,
            CancellationToken cancellationToken)
    {
        var cost = new Cost(query, [], []);
        for (var round = 0; round < rounds; round++)
        {
            await using var bound = await Session.OpenAsync(admin, Bound, workspace, query, arguments[0], cancellationToken);
            await using var unbound = await Session.OpenAsync(admin, Unbound, workspace, query, arguments[0], cancellationToken);
            var (bounds, unbounds) = (new List<double>(), new List<double>());
            for (var i = -WarmUpsARound; i < ArgumentsARound; i++)
            {
                var drawn = arguments[((round * ArgumentsARound) + Math.Abs(i)) % arguments.Length];
                // The first query fetches the blocks: its time is not taken, and the two take turns to go first.
                await unbound.TimeAsync(drawn, cancellationToken);
                var boundFirst = i % 2 == 0;
                var first = await (boundFirst ? bound : unbound).TimeAsync(drawn, cancellationToken);
                var second = await (boundFirst ? unbound : bound).TimeAsync(drawn, cancellationToken);
                if (i < 0) continue;
                bounds.Add(boundFirst ? first : second);
                unbounds.Add(boundFirst ? second : first);
            }

            cost.Bound.Add(Medians.Of(bounds));
            cost.Unbound.Add(Medians.Of(unbounds));
        }

        return cost;
    }

    // Spread over the ids, which are not without gaps. None, when there are too few leads.
    private static async Task<List<Lead>> LeadsAsync(
        NpgsqlConnection connection, long workspace, int rounds, CancellationToken cancellationToken) => await connection.ListAsync(
        """
        with bounds as (
            select min(id) as low, max(id) as high from leads where workspace_id = $1 having count(*) >= $3
        )
        select l.id, l.email, l.status
        from bounds, generate_series(1, $2) as draw, lateral (
            select id, email, status from leads
            where workspace_id = $1 and id >= low + (high - low) * (draw - 1) / $2
            order by id limit 1) l
        """,
        row => new Lead(row.GetInt64(0), row.GetString(1), row.GetString(2)), cancellationToken, workspace, rounds * ArgumentsARound,
            FewestLeads);

    private sealed record Lead(long Id, string Email, string Status);

    /// <param name="Bound">Milliseconds, the median of each round; likewise <paramref name="Unbound"/>.</param>
    private sealed record Cost(string Query, List<double> Bound, List<double> Unbound)
    {
        public IReadOnlyList<double> Ratios => [.. Bound.Zip(Unbound, (with, without) => with / without)];
    }

    /// <summary>A connection of its own, with one role, one workspace and one prepared statement.</summary>
    private sealed class Session : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlCommand _command;

        private Session(NpgsqlConnection connection, string query) =>
            (_connection, _command) =
                (connection, new(QueryCatalog.Shipped[query], connection) { CommandTimeout = CheckRunner.TimeoutSeconds });

        public static async Task<Session> OpenAsync(
            NpgsqlDataSource admin, string role, long workspace, string query, object[] arguments, CancellationToken cancellationToken)
        {
            // From a pool it would come with the statements of another role, and the plans for that one.
            var session = new Session(SingleSession.To(admin), query);
            try
            {
                await session._connection.OpenAsync(cancellationToken);
                await session._connection.ExecuteAsync(
                    "select set_config('role', $1, false), set_config('app.workspace_id', $2, false)", cancellationToken, role,
                    workspace.ToString());
                foreach (var value in (object[])[workspace, .. arguments]) session._command.Parameters.Add(new() { Value = value });
                await session._command.PrepareAsync(cancellationToken);
                return session;
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }

        /// <returns>Milliseconds until the last row.</returns>
        public async Task<double> TimeAsync(object[] arguments, CancellationToken cancellationToken)
        {
            for (var i = 0; i < arguments.Length; i++) _command.Parameters[i + 1].Value = arguments[i];
            var started = Stopwatch.GetTimestamp();
            await using (var reader = await _command.ExecuteReaderAsync(cancellationToken)) await TenantDatabase.DrainAsync(
                reader, cancellationToken);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        public async ValueTask DisposeAsync()
        {
            await _command.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
