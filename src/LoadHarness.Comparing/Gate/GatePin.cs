using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.Comparing;

/// <summary>The baseline that the gate compares with: a file in the repository, so that moving it is reviewed.</summary>
/// <param name="Against">A git revision, or a folder like sql/.</param>
/// <param name="Reason">Why it was moved there.</param>
/// <param name="Named">
/// What a person called the revision, where <paramref name="Against"/> is its hash: a tag, a branch. Null for a folder, or a hash as given.
/// </param>
public sealed record GatePin(
    string Against, string Reason, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Named = null)
{
    public static string DefaultFile { get; } = Path.Combine("reports", "baselines", "gate.json");

    /// <summary>The arm that it names: a folder where there is one of that name, else a revision.</summary>
    public string Arm => IsFolder ? $"dir:{Against}" : $"git:{Against}";

    /// <summary>As a person reads it.</summary>
    public string Title => Named is null ? Against : $"{Named} ({Against})";

    private bool IsFolder => Directory.Exists(Schema);

    // Behind a comma stand words of the arm, such as a setting.
    private string Schema => Against.Split(',')[0].Trim();

    /// <summary>What the gate compares with tonight: what a person gave, else the pin of the file. Neither moves afterwards.</summary>
    /// <param name="against">Null for the file.</param>
    /// <param name="workload">The folder of the workload that the pin is of; null for the product's own.</param>
    /// <exception cref="HarnessException">
    /// There is no pin, it cannot be read, there is no such commit, or the file names a branch or a tag.
    /// </exception>
    public static async Task<GatePin> OfAsync(string? against, string file, string? workload, CancellationToken cancellationToken)
    {
        var pin = against is null ? await ReadAsync(file, workload, cancellationToken) : new GatePin(against, "given");
        var fixedPin = await pin.FixedAsync(workload ?? ".", cancellationToken);
        return against is not null || fixedPin == pin
            ? fixedPin
            : throw new HarnessException(
                $"{file}: '{pin.Against}' is not the whole hash of a commit: this moves, and what got worse would move with it. Pin the "
                    + $"commit: {AcceptCall(workload, pin.Against)}.",
                ExitCode.BadUsage);
    }

    /// <summary>What the history knows it by: what another baseline found is not known of this one.</summary>
    /// <param name="checksum">Of the files of a folder; null for a revision.</param>
    public string KeyWith(string? checksum) => checksum is null ? Against : $"{Against} {checksum}";

    /// <summary>The same with the hash of its revision: a branch would move with every commit, and nothing would ever be worse.</summary>
    /// <param name="within">A folder of the repository.</param>
    /// <exception cref="HarnessException">There is no repository, or no such commit in it.</exception>
    public async Task<GatePin> FixedAsync(string within, CancellationToken cancellationToken)
    {
        if (IsFolder) return this;
        var hash = await GitFolder.CommitOfAsync(Schema, within, cancellationToken);
        return hash == Schema ? this : this with { Against = string.Join(',', [hash, .. Against.Split(',')[1..]]), Named = Schema };
    }

    /// <param name="workload">The folder of the workload that the pin is of; null for the product's own.</param>
    /// <exception cref="HarnessException">There is no pin, or it cannot be read.</exception>
    public static async Task<GatePin> ReadAsync(string file, string? workload, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            throw new HarnessException(
                $"gate: there is no baseline: {file} does not exist. Give --against REV, or pin one: {AcceptCall(workload, "REV")}.",
                ExitCode.Inconclusive);
        try
        {
            return JsonSerializer.Deserialize<GatePin>(
                await File.ReadAllTextAsync(file, cancellationToken), JsonFormat.Options) is { Against.Length: > 0 } pin
                ? pin
                : throw new JsonException("'against' is missing.");
        }
        catch (JsonException fault)
        {
            throw new HarnessException($"{file}: {fault.Message} It holds {{\"against\": \"REV\", \"reason\": \"...\"}}.",
                ExitCode.BadUsage, fault);
        }
    }

    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(this, JsonFormat.Options) + "\n", cancellationToken);
    }

    private static string AcceptCall(string? workload, string against) =>
        $"gate accept {(workload is null ? "" : $"--workload {workload} ")}--against {against} --reason TEXT";
}
