using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.UnitTests.Provisioning;

/// <summary>What a server is started with, by what it runs on.</summary>
public sealed class ServerSettingsTests
{
    private const long Gibibyte = 1L << 30;

    // PostgreSQL 15 to 17 start with no figure but 0 where there is no posix_fadvise.
    [Theory]
    [InlineData(ServerPlatform.Linux, "200")]
    [InlineData(ServerPlatform.Windows, null)]
    [InlineData(ServerPlatform.Other, null)]
    public void Reading_ahead_is_asked_for_on_Linux_alone(ServerPlatform platform, string? figure) =>
        Assert.Equal(figure, Tuned(new(64 * Gibibyte, 8, platform)).GetValueOrDefault("effective_io_concurrency"));

    // A long has 32 bits there, and the server counts kilobytes of memory in one.
    [Theory]
    [InlineData(ServerPlatform.Linux, 64, "4096MB")]
    [InlineData(ServerPlatform.Windows, 64, "2047MB")]
    [InlineData(ServerPlatform.Windows, 16, "1024MB")]
    public void Memory_for_maintenance_stays_below_2_GB_on_Windows(ServerPlatform platform, int gibibytes, string figure) =>
        Assert.Equal(figure, Tuned(new(gibibytes * Gibibyte, 8, platform))["maintenance_work_mem"]);

    // The same machine before and after an update of its kernel, and a container that has next to nothing.
    [Fact]
    public void A_little_more_or_less_memory_makes_no_other_settings()
    {
        Assert.Equal(Tuned(OfMegabytes(24_105)), Tuned(OfMegabytes(24_101)));
        Assert.Equal("6016MB", Tuned(OfMegabytes(24_105))["shared_buffers"]);
        Assert.NotEqual(Tuned(OfMegabytes(24_105)), Tuned(OfMegabytes(16_000)));
        Assert.Equal("50MB", Tuned(OfMegabytes(200))["shared_buffers"]);
    }

    [Theory]
    [InlineData(4, 2, 4, 2)]
    [InlineData(128, 32, 64, 16)]
    [InlineData(0, 0, 64, 16)]
    public void A_container_is_tuned_to_its_engine_or_to_this_machine_whichever_is_smaller(
        int engineGibibytes, int engineCores, int gibibytes, int cores)
    {
        var here = new MachineSize(64 * Gibibyte, 16, ServerPlatform.Windows);

        var size = ContainerEngine.SizeOf(engineGibibytes * Gibibyte, engineCores, here);

        Assert.Equal(new MachineSize(gibibytes * Gibibyte, cores, ServerPlatform.Linux), size);
        Assert.Equal($"{gibibytes * 1024 / 4}MB", Tuned(size)["shared_buffers"]);
    }

    [Theory]
    [InlineData(ServerProfile.Tuned, 4, 4)]
    [InlineData(ServerProfile.Tuned, 64, 64)]
    [InlineData(ServerProfile.Checklist, 4, 4)]
    [InlineData(ServerProfile.Checklist, 64, 6)]
    public void A_container_may_use_no_more_memory_than_there_is(ServerProfile profile, int gibibytes, int limit) =>
        Assert.Equal(limit * Gibibyte, ContainerServer.MemoryOf(profile, new(gibibytes * Gibibyte, 8, ServerPlatform.Linux)));

    private static MachineSize OfMegabytes(long megabytes) => new(megabytes << 20, 8, ServerPlatform.Linux);

    private static Dictionary<string, string> Tuned(MachineSize machine) =>
        ServerSettings.For(ServerProfile.Tuned, machine, [], "postgres");
}
