using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Whatever happens to campaigns: each recipient gets each once, and "sent" means that all are done.</summary>
public sealed class SendHistoryTests(PostgresCluster cluster)
{
    /// <summary>How many histories; a nightly run asks for 2000.</summary>
    private const string CountVariable = "LOADHARNESS_HISTORIES";

    private const int Sessions = 4;
    private const int OldMonths = 10;

    [Fact]
    public async Task Every_recipient_of_every_random_history_got_the_campaign_exactly_once()
    {
        var seed = TestSeed.Draw();
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        for (var month = 40; month < 40 + OldMonths; month++)
            await database.Owner.ExecuteAsync(
                """
                select add_month_partitions('email_sends', (now() - make_interval(months => $1))::date,
                    (now() - make_interval(months => $1))::date)
                """, month);
        List<SendHistory> histories = [.. Enumerable.Range(0, Setting(CountVariable) ?? 200)
            .Select(i => new SendHistory(seed + i, i % 20 == 0 ? 40 + (i / 20 % OldMonths) : null))];

        await using var sessions = database.Preparing();
        await EachAsync(sessions, histories, async (history, connection) =>
        {
            await history.BeginAsync(connection);
            await history.StepsAsync(connection, 20);
        });
        // In the middle of everything, months are archived, and the schema goes down and up again.
        await database.Owner.ExecuteAsync("select count(*) from apply_retention('email_sends', 1095)");
        var migrator = new Migrator(database.Owner);
        await migrator.DownAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        await migrator.UpAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        histories.ForEach(history => history.ForgetClaims());
        await EachAsync(sessions, histories, async (history, connection) =>
        {
            await history.StepsAsync(connection, 15);
            await history.EndAsync(connection);
        });
    }

    private static async Task EachAsync(
        NpgsqlDataSource sessions, List<SendHistory> histories, Func<SendHistory, NpgsqlConnection, Task> live)
    {
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async session =>
        {
            await using var connection = await sessions.OpenConnectionAsync(TestContext.Current.CancellationToken);
            for (var i = session; i < histories.Count; i += Sessions)
            {
                try
                {
                    await live(histories[i], connection);
                }
                catch (Exception fault)
                {
                    throw new InvalidOperationException($"{histories[i].Name}: {fault.Message}", fault);
                }
            }
        }));
    }

    private static int? Setting(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : null;
}
