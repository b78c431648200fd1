using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.UnitTests.Provisioning;

/// <summary>A directory that is here says nothing of a server elsewhere that names the same path.</summary>
public sealed class DirectoryHereTests : IDisposable
{
    // No system has a process of this number.
    private const int Nobody = int.MaxValue;

    private readonly TemporaryDirectory _root = new();

    private string Data => Path.Combine(_root.Path, "data");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_directory_of_the_same_path_is_not_the_servers()
    {
        Directory.CreateDirectory(Data);

        Assert.False(DirectoryHere.Is(Data, Nobody));
        Assert.False(DirectoryHere.Is(Data, Environment.ProcessId));
        Assert.False(DirectoryHere.Is("/", Nobody));
    }

    [Fact]
    public void A_private_server_of_this_program_is_here_and_what_another_program_owns_need_not_be()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(PrivateRoot.OwnerOf(_root.Path), ProcessMark.OfThis);
        Assert.True(DirectoryHere.Is(Data, Nobody));

        File.WriteAllText(PrivateRoot.OwnerOf(_root.Path), $"{Nobody}");
        Assert.False(DirectoryHere.Is(Data, Nobody));
    }

    [Fact]
    public void A_process_that_works_in_the_directory_shows_that_it_is_here()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux tells where a process works.");

        Assert.True(DirectoryHere.Is(Environment.CurrentDirectory, Environment.ProcessId));
    }
}
