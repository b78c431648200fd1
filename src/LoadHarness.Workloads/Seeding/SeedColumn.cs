using LoadHarness.Postgres.Copying;
using LoadHarness.Workloads.Parameters;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Seeding;

/// <summary>A column that is filled, and what makes its values.</summary>
internal sealed class SeedColumn(string name, ValueSource source, Binding binding, NpgsqlDbType wire)
{
    public string Name => name;

    /// <summary>For one worker: a parameter holds the value on its way.</summary>
    public NpgsqlParameter CreateHolder() => binding.Create();

    /// <param name="row">From 0: rows in order have the numbers of a range in order.</param>
    public void Write(CopyBuffer buffer, long row, Random random, NpgsqlParameter holder)
    {
        var drawn = source is SequentialSource range ? range.Nth((ulong)row) : source.Draw(random, []);
        binding.Put(drawn, holder);
        CopyValues.Write(buffer, holder.Value!, wire);
    }
}
