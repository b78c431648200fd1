using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core.Input;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Asks the programs of a server whether they know settings and take their values. No server is started for it.</summary>
public sealed class SettingsCheck
{
    private const string Unknown = "unrecognized configuration parameter";

    /// <summary>One that every server knows.</summary>
    private const string Known = "server_version";

    private static readonly string[] Said = ["FATAL:", "HINT:"];

    private readonly PostgresBinaries _binaries;
    private readonly string _folder;

    private SettingsCheck(PostgresBinaries binaries, string folder) => (_binaries, _folder) = (binaries, folder);

    /// <remarks>A name with a dot is an extension's: its module alone knows it, and no program does.</remarks>
    /// <returns>A sentence for each setting that is wrong; nothing where the programs cannot be asked on this machine.</returns>
    public static async Task<IReadOnlyList<string>> FaultsAsync(
        PostgresBinaries binaries, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        await using var folder = await WatchedDirectory.MakeClosedAsync("settings", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "postgresql.conf"), "", cancellationToken);
        var check = new SettingsCheck(binaries, folder.Root);
        if (!(await check.AskAsync(Known, [], cancellationToken)).IsSuccess) return [];
        var faults = new List<string>();
        foreach (var (name, value) in settings)
            if (await check.FaultAsync(name, value, cancellationToken) is { } fault) faults.Add($"{name}={value}: {fault}");
        return faults;
    }

    private async Task<string?> FaultAsync(string name, string value, CancellationToken cancellationToken)
    {
        var isDurability = ServerSettings.Durability.Contains(name);
        var answer = await AskAsync(isDurability ? name : Known, ["-c", $"{name}={value}"], cancellationToken);
        if (!answer.IsSuccess) return await WordsAsync(name, answer.StandardError, cancellationToken);
        return isDurability && answer.StandardOutput.Trim() != "on"
            ? "figures without durability are worthless. Leave it out: it is on."
            : null;
    }

    private async Task<string> WordsAsync(string name, string error, CancellationToken cancellationToken)
    {
        var words = string.Join(' ', error.Split('\n').SelectMany(line => Said
            .Select(mark => line.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var place ? line[(place + mark.Length)..].Trim() : "")
            .Where(said => said.Length > 0)));
        if (!words.Contains(Unknown, StringComparison.Ordinal)) return $"PostgreSQL {_binaries.MajorVersion}: {words}";
        var described = await RunAsync(["--describe-config"], cancellationToken);
        var nearest = Spelling.Nearest(name, [.. described.StandardOutput.Split('\n').Select(line => line.Split('\t')[0])]);
        return $"PostgreSQL {_binaries.MajorVersion} has no such setting.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}";
    }

    // Asked for the value of a setting the program reads its settings, prints it and ends.
    private Task<BufferedCommandResult> AskAsync(string asked, string[] given, CancellationToken cancellationToken) =>
        RunAsync(["-C", asked, "-D", _folder, .. given], cancellationToken);

    private async Task<BufferedCommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        await Cli.Wrap(_binaries.PathOf("postgres")).WithArguments(arguments)
            .WithEnvironmentVariables(variables => variables.Set("LC_ALL", "C"))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
}
