using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.UnitTests.Provisioning;

/// <summary>Where private servers lie on systems that have their temporary directory in memory.</summary>
public sealed class ServersPlaceTests : IDisposable
{
    private const string Standard = "/tmp/";

    private readonly TemporaryDirectory _other = new();

    public void Dispose() => _other.Dispose();

    [Theory]
    [InlineData(null, "tmpfs", "ext4", true)]
    [InlineData("", "tmpfs", "btrfs", true)]
    [InlineData(null, "ext4", "ext4", false)]
    [InlineData(null, "tmpfs", "tmpfs", false)]
    [InlineData(null, "tmpfs", null, false)]
    [InlineData(null, null, "ext4", false)]
    [InlineData("/dev/shm", "tmpfs", "ext4", false)]
    public void Another_place_is_taken_where_nobody_chose_one_in_memory(string? chosen, string? standard, string? other, bool isOther)
    {
        var root = ServersPlace.RootOf(chosen, Standard, _other.Path, directory => directory == Standard ? standard : other);

        Assert.Equal(isOther ? _other.Path : Standard, root);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_not_taken()
    {
        var file = Path.Combine(_other.Path, "file");
        File.WriteAllText(file, "");

        Assert.Equal(Standard, ServersPlace.RootOf(null, Standard, file, directory => directory == Standard ? "tmpfs" : "ext4"));
    }
}
