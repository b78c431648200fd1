using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// How long a stage takes over all goes of a seeding. What was done before a kill is not done again, so the time that a go recorded counts
/// with those after it.
/// </summary>
internal sealed class StageTime
{
    private readonly string _stage;
    private readonly TimeSpan _earlier;
    private readonly Guid _go = Guid.NewGuid();
    private readonly long _started = Stopwatch.GetTimestamp();

    private StageTime(string stage, TimeSpan earlier) => (_stage, _earlier) = (stage, earlier);

    public TimeSpan Total => _earlier + Stopwatch.GetElapsedTime(_started);

    public static async Task<StageTime> BeginAsync(NpgsqlConnection connection, string stage, CancellationToken cancellationToken) =>
        new(stage, TimeSpan.FromSeconds(await connection.ScalarAsync<double>(
            """
            select coalesce(sum(longest), 0)
            from (select max(seconds) as longest from loadharness.seed_time where stage = $1 group by go) as goes
            """,
            cancellationToken, stage)));

    /// <summary>Call it with each part that is done, in the part's own transaction where it has one.</summary>
    public Task RecordAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "insert into loadharness.seed_time values ($1, $2, $3)", cancellationToken,
        _stage, _go, Stopwatch.GetElapsedTime(_started).TotalSeconds);
}
