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
    public string Arm => Directory.Exists(Against) ? $"dir:{Against}" : $"git:{Against}";

    /// <summary>The same with the hash of its revision: a branch would move with every commit, and nothing would ever be worse.</summary>
    /// <param name="within">A folder of the repository.</param>
    /// <exception cref="HarnessException">There is no repository, or no such commit in it.</exception>
    public async Task<GatePin> FixedAsync(string within, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Against)) return this;
        // Behind a comma stand words of the arm, such as a setting.
        var words = Against.Split(',', 2);
        var hash = await GitFolder.CommitOfAsync(words[0].Trim(), within, cancellationToken);
        return hash == words[0] ? this : this with { Against = string.Join(',', [hash, .. words[1..]]), Named = words[0].Trim() };
    }

    /// <param name="workload">The folder of the workload that the pin is of; null for the product's own.</param>
    /// <exception cref="HarnessException">There is no pin, or it cannot be read.</exception>
    public static async Task<GatePin> ReadAsync(string file, string? workload, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            throw new HarnessException(
                $"gate: there is no baseline: {file} does not exist. Give --against REV, or pin one: "
                    + $"gate accept {(workload is null ? "" : $"--workload {workload} ")}--against REV --reason TEXT.",
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
}
