using System.Text;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Copying;
using LoadHarness.Seeding.Loading;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>The checksum of a seeding: of every encoded row, whatever the order, the chunks and the workers were.</summary>
internal static class SeedChecksum
{
    /// <summary>Computed without a database, by generating every row: about a second a million leads.</summary>
    public static string Of(SeedRequest request)
    {
        var generators = new SeedGenerators(request);
        var buffer = new CopyBuffer();
        return Of(SmallTables.Checksum(generators.Small),
            generators.Large.Select(encoder => (encoder.Table, Sum(encoder, generators.Plan, buffer))));
    }

    internal static string Of(ulong smallTables, IEnumerable<(string Table, ulong Sum)> tables)
    {
        var text = new StringBuilder($"small {smallTables:x16}");
        foreach (var (table, sum) in tables)
            text.Append($"\n{table} {sum:x16}");
        return TextHash.Of(text.ToString(), digits: 32);
    }

    private static ulong Sum(IRowEncoder encoder, SeedPlan plan, CopyBuffer buffer)
    {
        buffer.Begin();
        for (var ordinal = 0L; ordinal < plan.Leads; ordinal++)
        {
            if (!buffer.HasRoom)
                buffer.Clear();
            var (workspace, lead) = plan.LeadAt(ordinal);
            encoder.Encode(workspace, lead, buffer);
        }

        return buffer.Checksum;
    }
}
