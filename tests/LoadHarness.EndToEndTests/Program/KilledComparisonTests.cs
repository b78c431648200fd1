using System.Diagnostics;

namespace LoadHarness.EndToEndTests.Program;

public sealed class KilledComparisonTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly EnumerationOptions TwoLevels = new()
    {
        RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true,
    };

    private readonly TemporaryDirectory _files = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_killed_comparison_leaves_neither_its_servers_nor_the_copy_that_they_came_from()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The watch over a copy is a POSIX shell's.");
            return;
        }

        var temporary = Directory.CreateDirectory(Path.Combine(_files.Path, "tmp")).FullName;
        // As root the servers run as another user, who has to pass through.
        foreach (var directory in (string[])[_files.Path, temporary])
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var copies = await KillAsync(temporary);
        Assert.Contains(copies, copy => Path.GetFileName(copy).Contains("seed-", StringComparison.Ordinal));

        var waited = Stopwatch.StartNew();
        while (CopiesIn(temporary) is { Length: > 0 } left)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), $"left: {string.Join(", ", left)}");
            await Task.Delay(50, Stop);
        }
    }

    /// <returns>What lay in the temporary directory when the program was killed.</returns>
    private async Task<string[]> KillAsync(string temporary)
    {
        using var program = Process.Start(new ProcessStartInfo(
            BuiltProgram.Executable,
            ["compare", "--b", "optimized", "--contacts", "1000", "--counters-only", "--out", Path.Combine(_files.Path, "out")])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["LOADHARNESS_DATABASE"] = null,
                ["LOADHARNESS_CACHE"] = Path.Combine(_files.Path, "cache"),
                ["TMPDIR"] = temporary,
            },
        })!;
        while (await program.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Patience, Stop) is { } line
            && !line.Contains("Plans and counters", StringComparison.Ordinal))
        {
            // Until both arms run.
        }

        _ = program.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var copies = CopiesIn(temporary);
        program.Kill();
        await program.WaitForExitAsync(Stop);
        return copies;
    }

    /// <summary>Servers' directories and copies of them, wherever below it.</summary>
    private static string[] CopiesIn(string temporary) =>
    [
        .. Directory.EnumerateDirectories(temporary, "*", TwoLevels)
            .Where(directory => Path.GetFileName(directory) is { } name
                && (name.Contains("seed-", StringComparison.Ordinal) || name.StartsWith("pg-", StringComparison.Ordinal))),
    ];
}
