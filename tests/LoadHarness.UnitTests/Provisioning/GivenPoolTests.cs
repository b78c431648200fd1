using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.UnitTests.Provisioning;

/// <summary>A connection string may be an application's: how that pools its connections is no part of what is measured.</summary>
public sealed class GivenPoolTests
{
    [Theory]
    [InlineData("Pooling=false")]
    [InlineData("Multiplexing=true")]
    [InlineData("Minimum Pool Size=50")]
    [InlineData("Maximum Pool Size=2")]
    public void Pools_of_a_connection_string_give_way_to_those_of_the_harness(string setting)
    {
        var given = GivenDatabase.Parse($"Host=db.example;Username=app;{setting};Application Name=shop");

        Assert.Equal(Pools(new()), Pools(given));
        Assert.Equal("shop", given.ApplicationName);
        // As a load opens its pools; the driver refuses one that is smaller than its smallest size.
        using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(given.ConnectionString) { MaxPoolSize = 16 });
    }

    private static (bool Pooling, bool Multiplexing, int Fewest, int Most) Pools(NpgsqlConnectionStringBuilder settings) =>
        (settings.Pooling, settings.Multiplexing, settings.MinPoolSize, settings.MaxPoolSize);
}
