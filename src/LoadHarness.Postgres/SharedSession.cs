using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>Sessions of a pooler: what one remembers, another client may get next.</summary>
internal static class SharedSession
{
    /// <summary>A pooler gives its clients process numbers of its own.</summary>
    public static async Task<bool> IsSharedAsync(this NpgsqlConnection session, CancellationToken cancellationToken) =>
        await session.ScalarAsync<int>("select pg_backend_pid()", cancellationToken) != session.ProcessID;
}
