using LoadHarness.Comparing.Arms;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Comparing.Proving;

/// <summary>Anonymous memory of a server's processes, with so many connections that have sent the statements of a set.</summary>
/// <remarks>Pss_Anon, not Private_*: that counts the shared buffers which only one process has touched so far.</remarks>
internal static class ServerMemory
{
    /// <summary>As many as it takes until a session keeps a generic plan.</summary>
    private const int Repetitions = 6;

    private const int FewestConnections = 3;

    /// <summary>How many connections send all their requests within a time.</summary>
    /// <param name="milliseconds">Of every request once.</param>
    public static int ConnectionsWithin(TimeSpan time, double milliseconds, int most) => (int)Math.Clamp(
        time.TotalMilliseconds * Environment.ProcessorCount / Math.Max(1, Repetitions * milliseconds), Math.Min(FewestConnections, most),
            most);

    /// <returns>Null where it cannot be read.</returns>
    public static async Task<ReadMemory?> ReadAsync(
        ProofArm arm, int connections, IReadOnlyList<Sent> requests, CancellationToken cancellationToken)
    {
        // Sessions that measured something else must not be counted.
        await arm.ReleaseAsync();
        await using var tenant = arm.Server.OpenTenant(connections);
        var open = new List<Npgsql.NpgsqlConnection>();
        try
        {
            while (open.Count < connections) open.Add(await tenant.ConnectAsync(cancellationToken));
            // As many at once as there are cores: what a session keeps does not depend on the others.
            await Parallel.ForEachAsync(open, cancellationToken, async (connection, stop) =>
            {
                for (var time = 0; time < Repetitions; time++)
                    foreach (var request in requests)
                        await SendAsync(tenant, connection, arm.Bench.Queries[request.Query], request, stop);
            });
            return AnonymousBytes(arm.Server, [.. open.Select(connection => connection.ProcessID)]);
        }
        finally
        {
            foreach (var connection in open) await connection.DisposeAsync();
        }
    }

    private static async Task SendAsync(
        TenantDatabase tenant, Npgsql.NpgsqlConnection connection, string statement, Sent request, CancellationToken cancellationToken)
    {
        await using var reader = await tenant.QueryAsync(connection, statement, request.Arguments, cancellationToken);
        await TenantDatabase.DrainAsync(reader, cancellationToken);
    }

    /// <param name="sessions">Processes of the connections.</param>
    private static ReadMemory? AnonymousBytes(ArmServer server, IReadOnlyList<int> sessions)
    {
        if (server.Database.ServerProcessId is not { } postmaster || !OperatingSystem.IsLinux()) return null;
        var read = new ServerProcesses(postmaster).Ids().ToDictionary(id => id, OfProcess);
        // A process that ended meanwhile counts nothing; one that may not be read makes the sum no figure.
        return read.ContainsValue(null)
            ? null
            : new(read.Values.Sum()!.Value, sessions.Average(session => read.GetValueOrDefault(session) ?? 0));
    }

    private static double? OfProcess(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup")
                .FirstOrDefault(text => text.StartsWith("Pss_Anon:", StringComparison.Ordinal));
            return line is null ? null : 1024 * double.Parse(
                line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal));
        }
        catch (Exception ended) when (ended is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <param name="AllBytes">Of all the server's processes.</param>
/// <param name="ConnectionBytes">Of the process of one connection, their mean.</param>
internal sealed record ReadMemory(double AllBytes, double ConnectionBytes);
