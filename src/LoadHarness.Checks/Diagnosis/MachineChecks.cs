using System.Reflection;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Checks.Diagnosis;

/// <summary>What can be told without a database.</summary>
internal static class MachineChecks
{
    // max_wal_size of the servers that are started here with the checklist's settings.
    private const long WalBytes = 4L << 30;

    // The checklist's 512 MB of buffers and 2 GB of cache, and the program.
    private const double LeastMemoryGigabytes = 4;

    private const string OfEngine = "The container engine's machine need not be this one.";

    // Above this share of stolen time, response times tell of the neighbours.
    private const double MostStolenPercent = 2;
    private static readonly TimeSpan StealWindow = TimeSpan.FromSeconds(1);

    public static Verdict Sdk() => ProgramPath.Find(OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet") is not null
        ? Verdict.Looked("sdk", "The .NET SDK is there", met: true,
            $"dotnet is on the PATH; this program runs on .NET {Environment.Version}.")
        : Verdict.Unavailable("sdk", "The .NET SDK is there",
            $"dotnet is not on the PATH; this program runs on .NET {Environment.Version} without. "
                + "To build, get the SDK from https://dot.net/download.");

    public static Verdict Build()
    {
        var configuration = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";
        return configuration == "Release"
            ? Verdict.Looked("build", "This is a Release build", met: true, "Release build.")
            : Verdict.Looked("build", "This is a Release build", met: false,
                $"This is a {configuration} build; its figures are invalid. Use run.sh or run.ps1, or dotnet build -c Release.");
    }

    public static Verdict Server(PostgresBinaries? binaries, string? engineFault, DatabaseTarget target)
    {
        const string title = "There is a way to a PostgreSQL server";
        if (binaries is not null)
            return Verdict.Looked("server", title, met: true, $"PostgreSQL {binaries.MajorVersion} programs in {binaries.Directory}.");
        if (target is DatabaseTarget.Given)
            return Verdict.Looked("server", title, met: true, "A connection string is given; no server programs are on this machine.");
        return engineFault is null
            ? Verdict.Looked("server", title, met: true, "No server programs on this machine; a container engine answers.")
            : Verdict.Looked("server", title, met: false, PostgresBinaries.NoneFound().Message);
    }

    public static Verdict Container(string? fault) => fault is null
        ? Verdict.Looked("container", "A container engine answers", met: true, "It answers; --database auto will use it.")
        : Verdict.Unavailable("container", "A container engine answers",
            $"{fault} Start Docker or set DOCKER_HOST; the native way works without.");

    public static Verdict Broker() => ProgramPath.FindServer("nats-server") is not null
        ? Verdict.Looked("broker", "Several generators can talk to each other", met: true, "nats-server is there, for --agents.")
        : Verdict.Unavailable("broker", "Several generators can talk to each other",
            "nats-server, which --agents starts, is not installed. Debian, Ubuntu: apt-get install nats-server. One generator needs none.");

    /// <summary>Why this machine's disk and memory need not be those of the server; null of a private one, which runs here.</summary>
    /// <param name="engineFault">Why no container engine answers: then <c>auto</c> starts a server here.</param>
    public static string? Elsewhere(DatabaseTarget target, string? engineFault) => target switch
    {
        DatabaseTarget.Given => "The given server's machine is not seen from here.",
        DatabaseTarget.Container => OfEngine,
        DatabaseTarget.Auto when engineFault is null => OfEngine,
        _ => null,
    };

    /// <param name="elsewhere">As <see cref="Elsewhere"/> says.</param>
    public static Verdict Disk(long contacts, string? elsewhere)
    {
        const string title = "There is room for the data";
        var needed = DiskSpace.BytesFor(contacts, WalBytes) / 1e9;
        if (elsewhere is not null) return Verdict.Unavailable("disk", title, $"{elsewhere} About {needed:N1} GB of disk are wanted there.");
        var free = new DriveInfo(ServersPlace.Root).AvailableFreeSpace / 1e9;
        return Measured("disk", title, free, Limit.AtLeast(needed, "GB"),
            $"{free:N1} GB free in {ServersPlace.Root}, about {needed:N1} GB wanted.",
            "Free some, or set TMPDIR to a larger disk.");
    }

    /// <param name="elsewhere">As <see cref="Elsewhere"/> says.</param>
    public static Verdict Memory(string? elsewhere)
    {
        const string title = "There is memory for the checklist's settings";
        if (elsewhere is not null)
            return Verdict.Unavailable("memory", title, $"{elsewhere} At least {LeastMemoryGigabytes} GB of memory are wanted there.");
        var memory = MachineSize.Here.MemoryBytes / 1e9;
        return Measured("memory", title, memory, Limit.AtLeast(LeastMemoryGigabytes, "GB"),
            $"{memory:N1} GB of memory, {Environment.ProcessorCount} processors.",
            "Use a larger machine: with less, the server swaps or is killed.");
    }

    public static async Task<Verdict> StolenProcessorAsync(CancellationToken cancellationToken)
    {
        const string title = "The processor is not taken by neighbours";
        if (!File.Exists("/proc/stat")) return Verdict.Unavailable("steal", title, "This system does not tell stolen time.");
        var before = ProcessorTicks();
        await Task.Delay(StealWindow, cancellationToken);
        var after = ProcessorTicks();
        var total = after.Total - before.Total;
        var percent = total == 0 ? 0 : 100.0 * (after.Stolen - before.Stolen) / total;
        return Measured("steal", title, percent, Limit.AtMost(MostStolenPercent, "%"),
            $"{percent:N1}% stolen within {StealWindow.TotalSeconds:N0} s.",
            "Run on a machine of your own, or at a quieter hour.");
    }

    /// <summary>The line "cpu user nice system idle iowait irq softirq steal ..." of /proc/stat, in ticks.</summary>
    private static (long Total, long Stolen) ProcessorTicks()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(field => long.Parse(field)).ToArray();
        return (ticks.Sum(), ticks[7]);
    }

    private static Verdict Measured(string id, string title, double figure, Limit limit, string evidence, string remedy) =>
        Verdict.Counted(id, title, figure, limit, samples: 1, limit.Allows(figure) ? evidence : $"{evidence} {remedy}");
}
