using System.Text.RegularExpressions;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>A statement for each partition of a table: a concurrent index build cannot name the table itself.</summary>
internal static partial class PartitionStatements
{
    // Room for an ending within the 63 bytes of a name. The statement that attaches the indexes cuts names the same way.
    private const string Partitions =
        """
        select format('%I.%I', n.nspname, c.relname), left(c.relname, 50)
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        join pg_namespace n on n.oid = c.relnamespace
        where i.inhparent = to_regclass($1)
        order by c.relname
        """;

    public static async Task<IReadOnlyList<string>> ForAsync(
        NpgsqlConnection connection, string sql, string table, CancellationToken cancellationToken)
    {
        var partitions = await connection.ListAsync(
            Partitions, row => (Name: row.GetString(0), Short: row.GetString(1)), cancellationToken, $"public.{table}");
        return [.. partitions.Select(part => IndexName().Replace(sql, match => $"{part.Short}_{match.Groups["ending"].Value}")
            .Replace("{partition}", part.Name, StringComparison.Ordinal))];
    }

    [GeneratedRegex(@"\{index:(?<ending>\w+)\}")]
    private static partial Regex IndexName();
}
