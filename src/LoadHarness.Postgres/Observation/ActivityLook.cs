using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>The sessions of the database at one moment.</summary>
/// <param name="Waits">Active sessions by their application and what they wait for; <see cref="Cpu"/> for those that run.</param>
internal sealed record ActivityLook(
    int Active, int Waiting, int IdleInTransaction, int Connections, int LockWaits, int AutovacuumWorkers,
        IReadOnlyDictionary<(string Application, string Wait), int> Waits)
{
    /// <summary>Active and waiting for nothing: the session runs, or wants to.</summary>
    public const string Cpu = "CPU";

    // The function behind pg_stat_activity: the view joins names to it that nobody needs ten times a second.
    // A client that waits for its own program (ClientRead) is not waiting for the database.
    private const string Query =
        """
        select /* loadharness: sampler */
               coalesce(a.application_name, ''), coalesce(a.state, 'unknown'), coalesce(a.wait_event_type, ''),
               coalesce(a.wait_event, ''), a.backend_type, count(*)::int
        from pg_stat_get_activity(null) a
        where a.backend_type in ('client backend', 'autovacuum worker') and a.pid <> pg_backend_pid()
          and a.datid = (select oid from pg_database where datname = current_database())
        group by 1, 2, 3, 4, 5
        """;

    public static async Task<ActivityLook> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        int active = 0, waiting = 0, idleInTransaction = 0, connections = 0, lockWaits = 0, autovacuum = 0;
        var waits = new Dictionary<(string, string), int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (application, state, type, name, count) = (
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(5));
            if (reader.GetString(4) == "autovacuum worker")
            {
                autovacuum += count;
                continue;
            }

            connections += count;
            if (state.StartsWith("idle in transaction", StringComparison.Ordinal)) idleInTransaction += count;
            if (state != "active" || type == "Client") continue;
            active += count;
            if (type.Length > 0) waiting += count;
            if (type == "Lock") lockWaits += count;
            var key = (application, type.Length == 0 ? Cpu : $"{type}:{name}");
            waits[key] = waits.GetValueOrDefault(key) + count;
        }

        return new(active, waiting, idleInTransaction, connections, lockWaits, autovacuum, waits);
    }
}
