using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using Npgsql;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// The client's part of the baselines' campaigns. All schedule to the same leads as <see cref="CampaignDispatch"/> does. The statements are
/// files.
/// </summary>
internal static class BaselineCampaign
{
    public const int Workers = 2;

    /// <summary>As the optimized campaign has it: sends a claim.</summary>
    private const int Claim = 5_000;
    private const int RowsACheckpoint = 1_000;

    /// <returns>Sends marked sent.</returns>
    public static async Task<long> CarefulAsync(
        ScenarioEnvironment environment, TenantDatabase app, long campaign, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Chunk(environment, worker))
            .Where(chunk => chunk.First <= chunk.Last)
            .Select(chunk => app.ScalarAsync<long>(
                environment.Queries["campaign_schedule"], [campaign, chunk.First, chunk.Last], cancellationToken)));
        var sent = await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            long marked = 0;
            while (await ClaimAsync(environment, app, campaign, cancellationToken) is { Length: > 0 } ids)
                marked += await app.ScalarAsync<long>(
                    environment.Queries["campaign_mark"], [campaign, ids, $"worker-{worker}-"], cancellationToken);
            return marked;
        }));
        await app.ScalarAsync<bool>(environment.Queries["campaign_complete"], [campaign], cancellationToken);
        return sent.Sum();
    }

    /// <inheritdoc cref="CarefulAsync"/>
    public static async Task<long> NaiveAsync(
        ScenarioEnvironment environment, TenantDatabase app, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await app.ConnectAsync(cancellationToken);
        var recipients = await ListAsync(
            app, connection, environment.Queries["campaign_recipients"], [campaign, 1L, Last(environment)],
                row => (Lead: row.GetInt64(0), Email: row.GetString(1)), cancellationToken);
        var ids = new List<long>(recipients.Count);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            foreach (var (lead, email) in recipients)
            {
                ids.Add(await connection.ScalarAsync<long>(
                    environment.Queries["campaign_recipient"], cancellationToken, app.WorkspaceId, campaign, lead, email));
            }

            await transaction.CommitAsync(cancellationToken);
        }

        foreach (var id in ids)
        {
            await using var reader = await app.QueryAsync(
                connection, environment.Queries["campaign_mark_one"], [campaign, id, "worker-"], cancellationToken);
        }

        await app.ScalarAsync<bool>(environment.Queries["campaign_complete"], [campaign, (long)ids.Count], cancellationToken);
        return ids.Count;
    }

    /// <inheritdoc cref="CarefulAsync"/>
    public static async Task<long> ExpertAsync(
        ScenarioEnvironment environment, TenantDatabase app, long campaign, CancellationToken cancellationToken)
    {
        var (after, sent) = (0L, 0L);
        await using var connection = await app.ConnectAsync(cancellationToken);
        while (true)
        {
            var page = await ListAsync(
                app, connection, environment.Queries["campaign_send"], [campaign, after, Last(environment), RowsACheckpoint],
                    row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);
            if (page[0].Item2 == 0) break;
            (after, sent) = (page[0].Item1, sent + page[0].Item2);
        }

        await app.ScalarAsync<bool>(environment.Queries["campaign_complete"], [campaign, sent], cancellationToken);
        return sent;
    }

    // As the optimized campaign has them: a transaction each.
    private static (long First, long Last) Chunk(ScenarioEnvironment environment, int number)
    {
        var leads = environment.Profile.CampaignSend!.LeadsAtOnce;
        return ((number * leads) + 1, Math.Min(environment.Seed.Contacts, (number + 1) * leads));
    }

    private static long Last(ScenarioEnvironment environment) => Chunk(environment, Workers - 1).Last;

    private static async Task<long[]> ClaimAsync(
        ScenarioEnvironment environment, TenantDatabase app, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await app.ConnectAsync(cancellationToken);
        return [.. await ListAsync(app, connection, environment.Queries["campaign_claim"], [campaign, Claim], row => row.GetInt64(0),
            cancellationToken)];
    }

    private static async Task<List<T>> ListAsync<T>(
        TenantDatabase app, NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, Func<NpgsqlDataReader, T> read,
            CancellationToken cancellationToken)
    {
        await using var reader = await app.QueryAsync(connection, statement, arguments, cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }
}
