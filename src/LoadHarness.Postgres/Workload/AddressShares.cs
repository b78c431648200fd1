using LoadHarness.Core.Statistics;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>Which share of a file a row goes to: all rows of one address to the same, however each of them spells it.</summary>
/// <remarks>
/// Plain ASCII has its normal form here. Of any other spelling only the server's <c>normalised_address</c> knows it: a second
/// implementation would need the tables of Unicode, and would split an address where the two differ.
/// </remarks>
internal sealed class AddressShares(TenantDatabase app, int shares) : IAsyncDisposable
{
    private const string Normalise =
        "select array_agg(normalised_address(e) order by n) from unnest($2::text[]) with ordinality as a (e, n) where $1 > 0";

    private NpgsqlConnection? _connection;

    /// <returns>The share of each row, in their order.</returns>
    public async Task<int[]> OfAsync(IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        if (shares == 1) return new int[rows.Count];
        var addresses = rows.Select(row => Plain(row.Email)).ToArray();
        var others = Enumerable.Range(0, rows.Count).Where(row => addresses[row] is null).ToArray();
        if (others.Length > 0)
        {
            var normalised = await NormalisedAsync([.. others.Select(row => UnreadableText.Replaced(rows[row].Email))], cancellationToken);
            foreach (var (place, row) in others.Index()) addresses[row] = normalised[place];
        }

        return [.. addresses.Select(address => ShareOf(address ?? "", shares))];
    }

    /// <summary>How many shares the plain addresses of a file's beginning fill, looking no further than needed.</summary>
    public static int Filled(IEnumerable<ImportRow> rows, int shares) =>
        rows.Select(row => Plain(row.Email)).OfType<string>().Select(address => ShareOf(address, shares)).Distinct().Take(shares).Count();

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static int ShareOf(string address, int shares) => (int)((StableHash.Of(address) >> 32) % (uint)shares);

    // As address_of in sql/functions/08_input.sql.
    private static string? Plain(string email) =>
        !email.EndsWith('.') && !email.AsSpan().ContainsAnyExceptInRange('!', '~') ? email.ToLowerInvariant() : null;

    // A connection of its own: those of the pool may all be in a COPY that waits for this answer.
    private async Task<string?[]> NormalisedAsync(string[] spellings, CancellationToken cancellationToken)
    {
        _connection ??= await app.ConnectOutsidePoolAsync(cancellationToken);
        await using var reader = await app.QueryAsync(_connection, Normalise, [spellings], cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<string?[]>(0);
    }
}
